// NNTP (RFC 3977, 4642).
module.exports = function (link, config) {
  link.send('200 ' + (config.text || 'News ready') + '\r\n');
  link.lines(function (line) {
    var word = line.split(' ')[0].toUpperCase();
    if (word === 'CAPABILITIES') {
      link.send('101 Capability list:\r\nVERSION 2\r\nREADER\r\n' + (link.secure ? '' : 'STARTTLS\r\n') + '.\r\n');
    } else if (word === 'STARTTLS' && !link.secure) {
      link.send('382 Continue with TLS negotiation\r\n');
      link.startTls();
    } else if (word === 'DATE') {
      link.send('111 20140407120000\r\n');
    } else if (word === 'QUIT') {
      link.end('205 Bye\r\n');
    } else {
      link.send('500 Unknown command\r\n');
    }
  });
};
