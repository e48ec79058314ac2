// SMTP (RFC 5321, 3207). LMTP is the same with LHLO.
module.exports = function (link, config) {
  var host = config.text || 'mail.hospital.example';
  link.send('220 ' + host + (config.protocol === 'lmtp' ? ' LMTP' : ' ESMTP') + '\r\n');
  link.lines(function (line) {
    var word = line.split(' ')[0].toUpperCase();
    if (word === 'EHLO' || word === 'LHLO') {
      link.send('250-' + host + '\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n' +
        (link.secure ? '' : '250-STARTTLS\r\n') + '250 8BITMIME\r\n');
    } else if (word === 'STARTTLS' && !link.secure) {
      link.send('220 2.0.0 Ready to start TLS\r\n');
      link.startTls();
    } else if (word === 'QUIT') {
      link.end('221 2.0.0 Bye\r\n');
    } else if (word === 'HELO' || word === 'NOOP' || word === 'RSET') {
      link.send('250 2.0.0 Ok\r\n');
    } else {
      link.send('502 5.5.2 Error: command not recognized\r\n');
    }
  });
};
