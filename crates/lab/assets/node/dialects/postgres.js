// PostgreSQL: SSLRequest is answered with one byte; inside TLS a password is asked for and never accepted.
module.exports = function (link) {
  var started = false;
  link.feed(function (rest) {
    var at = started ? 1 : 0;
    if (rest.length < at + 4) { return 0; }
    var length = rest.readUInt32BE(at) + at;
    if (length < at + 4 || length > 10000) { link.end(); return rest.length; }
    if (rest.length < length) { return 0; }
    var code = started || length < 8 ? 0 : rest.readUInt32BE(4);
    if (code === 80877103 && !link.secure) {
      link.send('S');
      link.startTls();
    } else if (code === 80877103 || code === 80877104) {
      link.send('N');
    } else if (!started) {
      started = true;
      link.send([82, 0, 0, 0, 8, 0, 0, 0, 3]);
    } else if (rest[0] === 88) {
      link.end();
    } else {
      var words = 'SFATAL\0C28P01\0Mpassword authentication failed\0\0';
      link.end([69, 0, 0, 0, words.length + 4].concat(words.split('').map(function (c) { return c.charCodeAt(0); })));
    }
    return length;
  });
};
