// POP3 (RFC 1939, 2595).
module.exports = function (link, config) {
  link.send('+OK ' + (config.text || 'Mail ready') + '\r\n');
  link.lines(function (line) {
    var word = line.split(' ')[0].toUpperCase();
    if (word === 'CAPA') {
      link.send('+OK\r\nTOP\r\nUIDL\r\n' + (link.secure ? 'USER\r\n' : 'STLS\r\n') + '.\r\n');
    } else if (word === 'STLS' && !link.secure) {
      link.send('+OK Begin TLS negotiation now\r\n');
      link.startTls();
    } else if (word === 'NOOP') {
      link.send('+OK\r\n');
    } else if (word === 'QUIT') {
      link.end('+OK Bye\r\n');
    } else {
      link.send('-ERR Unknown command\r\n');
    }
  });
};
