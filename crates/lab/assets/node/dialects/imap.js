// IMAP (RFC 3501).
module.exports = function (link, config) {
  function able() { return 'CAPABILITY IMAP4rev1 ' + (link.secure ? 'AUTH=PLAIN' : 'STARTTLS LOGINDISABLED'); }
  link.send('* OK [' + able() + '] ' + (config.text || 'Mail ready') + '\r\n');
  link.lines(function (line) {
    var tag = line.split(' ')[0] || '*';
    var word = (line.split(' ')[1] || '').toUpperCase();
    if (word === 'CAPABILITY') {
      link.send('* ' + able() + '\r\n' + tag + ' OK done\r\n');
    } else if (word === 'STARTTLS' && !link.secure) {
      link.send(tag + ' OK Begin TLS negotiation now\r\n');
      link.startTls();
    } else if (word === 'NOOP') {
      link.send(tag + ' OK done\r\n');
    } else if (word === 'LOGOUT') {
      link.end('* BYE\r\n' + tag + ' OK done\r\n');
    } else {
      link.send(tag + ' BAD Unknown command\r\n');
    }
  });
};
