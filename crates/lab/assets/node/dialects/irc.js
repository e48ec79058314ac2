// IRC with the STARTTLS command (numeric 670).
module.exports = function (link, config) {
  var host = config.text || 'irc.hospital.example';
  link.lines(function (line) {
    var words = line.toUpperCase().split(' ');
    if (words[0] === 'CAP' && words[1] === 'LS') {
      link.send(':' + host + ' CAP * LS :' + (link.secure ? '' : 'tls ') + 'multi-prefix\r\n');
    } else if (words[0] === 'STARTTLS' && !link.secure) {
      link.send(':' + host + ' 670 * :STARTTLS successful, go ahead with TLS handshake\r\n');
      link.startTls();
    } else if (words[0] === 'PING') {
      link.send(':' + host + ' PONG ' + host + ' ' + line.slice(5) + '\r\n');
    } else if (words[0] === 'QUIT') {
      link.end('ERROR :Closing link\r\n');
    } else if (words[0] !== 'NICK' && words[0] !== 'USER' && words[0] !== 'CAP') {
      link.send(':' + host + ' 451 * :You have not registered\r\n');
    }
  });
};
