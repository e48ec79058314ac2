// HL7 v2 over MLLP: every framed message gets an application accept.
module.exports = function (link, config) {
  link.feed(function (rest) {
    if (rest[0] !== 0x0b) { return 1; }
    for (var end = 1; end + 1 < rest.length; end += 1) {
      if (rest[end] === 0x1c && rest[end + 1] === 0x0d) { break; }
    }
    if (end + 1 >= rest.length) { return 0; }
    var head = rest.slice(1, end).toString('binary').split('\r')[0].split('|');
    var control = head[9] || '0';
    link.send('\x0bMSH|^~\\&|' + (config.text || 'ENGINE') + '|HOSPITAL|' + (head[2] || '') + '|' + (head[3] || '') +
      '|20140407120000||ACK|' + control + '|P|2.3\rMSA|AA|' + control + '\r\x1c\r');
    return end + 2;
  });
};
