// AMQP 1.0: a protocol header, echoed if it is served. Id 2 asks for TLS on a plain port, 3 for SASL.
module.exports = function (link) {
  link.feed(function (rest) {
    if (rest.length < 8) { return 0; }
    if (rest.slice(0, 4).toString('binary') !== 'AMQP') { link.end(); return rest.length; }
    if (rest[4] === 2 && !link.secure) {
      link.send(rest.slice(0, 8));
      link.startTls();
    } else if (link.secure) {
      link.send(rest.slice(0, 8));
    } else {
      // What this port speaks first is TLS: the specification's answer to any other header, then the end.
      link.end(Buffer.concat([rest.slice(0, 4), require('../link').bytes([2, 1, 0, 0])]));
    }
    return 8;
  });
};
