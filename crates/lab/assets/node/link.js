// One connection that can turn from plain text to TLS and keep its dialect.
var tls = require('tls');

function bytes(data) {
  if (Buffer.isBuffer(data)) { return data; }
  return Buffer.from && Buffer.from !== Uint8Array.from ? Buffer.from(data) : new Buffer(data);
}

function Link(stream) {
  this.stream = stream;
  this.pending = bytes([]);
  this.handler = null;
  this.secure = false;
}

// The handler takes what has arrived, uses a first part of it and returns its length; 0 means "more, please".
Link.prototype.feed = function (handler) {
  this.handler = handler;
  this.turn();
};

Link.prototype.arrived = function (data) {
  this.pending = Buffer.concat([this.pending, data]);
  // Nobody may make the lab hold more than a large message.
  if (this.pending.length > 1 << 20) { return this.end(); }
  this.turn();
};

Link.prototype.turn = function () {
  while (this.handler && this.pending.length > 0) {
    var rest = this.pending;
    var used = this.handler(rest);
    if (used === 0) { return; }
    // An upgrade inside the handler has asked for what follows the request.
    this.pending = rest.slice(used);
    if (this.upgrading) {
      var begin = this.upgrading;
      this.upgrading = null;
      begin(this.pending);
      return;
    }
  }
};

// Text protocols: one call a line, without its end.
Link.prototype.lines = function (handler) {
  this.feed(function (rest) {
    for (var i = 0; i < rest.length; i += 1) {
      if (rest[i] === 10) {
        handler(rest.slice(0, i).toString('binary').replace(/\r$/, ''));
        return i + 1;
      }
    }
    return 0;
  });
};

Link.prototype.send = function (data) {
  if (this.stream.writable) { this.stream.write(bytes(data)); }
};

Link.prototype.end = function (data) {
  if (data) { this.send(data); }
  this.handler = null;
  this.stream.end();
};

// Starts TLS after the message that is being handled. `wrap` (TDS only) puts the records into packets and out.
Link.prototype.startTls = function (wrap, ready) {
  var self = this;
  var socket = this.stream;
  this.upgrading = function (rest) {
    var pair = tls.createSecurePair(self.context, true, self.rules.requestCert, self.rules.rejectUnauthorized);
    var down = wrap ? wrap.unwrap : function (data) { return data; };
    var up = wrap ? wrap.wrap : function (data) { return data; };
    function feed(data) {
      var records = down(data);
      if (records.length > 0 && pair.encrypted.writable) { pair.encrypted.write(records); }
    }
    function close() { socket.destroy(); }
    self.sink = feed;
    // What the flaw of STARTTLS injection is: a command sent in plain is answered as if it had been encrypted.
    var kept = self.rules.keepsPlaintext ? rest : bytes([]);
    rest = rest.slice(kept.length);
    self.pending = kept;
    self.stream = pair.cleartext;
    self.secure = true;
    pair.encrypted.on('data', function (data) { if (socket.writable) { socket.write(up(data)); } });
    pair.encrypted.on('end', function () { socket.end(); });
    pair.encrypted.on('error', close);
    pair.encrypted.on('close', close);
    pair.cleartext.on('data', function (data) { self.arrived(data); });
    pair.cleartext.on('error', close);
    pair.cleartext.on('end', function () { pair.cleartext.end(); });
    pair.on('error', close);
    socket.on('close', function () { pair.destroy(); });
    pair.on('secure', function () {
      if (ready) { ready(); }
      self.turn();
    });
    if (rest.length > 0) { feed(rest); }
  };
};

exports.bytes = bytes;

exports.plain = function (socket, context, rules) {
  var link = new Link(socket);
  link.context = context.context ? context : { context: context };
  link.rules = rules;
  link.sink = function (data) { link.arrived(data); };
  socket.on('data', function (data) { link.sink(data); });
  socket.on('error', function () { socket.destroy(); });
  return link;
};

exports.secured = function (clear) {
  var link = new Link(clear);
  link.secure = true;
  clear.on('data', function (data) { link.arrived(data); });
  clear.on('error', function () { clear.destroy(); });
  return link;
};
