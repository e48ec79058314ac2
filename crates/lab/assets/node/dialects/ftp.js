// FTP (RFC 959, 4217).
module.exports = function (link, config) {
  link.send('220 ' + (config.text || 'FTP ready') + '\r\n');
  link.lines(function (line) {
    var word = line.toUpperCase();
    if (word === 'FEAT') {
      link.send('211-Features:\r\n AUTH TLS\r\n PBSZ\r\n PROT\r\n UTF8\r\n211 End\r\n');
    } else if ((word === 'AUTH TLS' || word === 'AUTH SSL' || word === 'AUTH TLS-C') && !link.secure) {
      link.send('234 Proceed with negotiation.\r\n');
      link.startTls();
    } else if (word === 'NOOP' || word.indexOf('PBSZ') === 0 || word.indexOf('PROT') === 0) {
      link.send('200 Ok\r\n');
    } else if (word === 'QUIT') {
      link.end('221 Goodbye.\r\n');
    } else {
      link.send('530 Please login with USER and PASS.\r\n');
    }
  });
};
