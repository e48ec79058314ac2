// ManageSieve (RFC 5804): the capabilities come unasked, at first and again inside TLS.
module.exports = function (link, config) {
  function able() {
    link.send('"IMPLEMENTATION" "' + (config.text || 'Sieve') + '"\r\n"SASL" "' + (link.secure ? 'PLAIN' : '') +
      '"\r\n"SIEVE" "fileinto reject"\r\n' + (link.secure ? '' : '"STARTTLS"\r\n') + '"VERSION" "1.0"\r\nOK "Ready."\r\n');
  }
  able();
  link.lines(function (line) {
    var word = line.split(' ')[0].toUpperCase();
    if (word === 'CAPABILITY') {
      able();
    } else if (word === 'STARTTLS' && !link.secure) {
      link.send('OK "Begin TLS negotiation now."\r\n');
      link.startTls(null, able);
    } else if (word === 'NOOP') {
      link.send('OK "NOOP completed"\r\n');
    } else if (word === 'LOGOUT') {
      link.end('OK "Bye"\r\n');
    } else {
      link.send('NO "Unknown command."\r\n');
    }
  });
};
