// DICOM upper layer: an association for any abstract syntax, C-ECHO, and an orderly release.
var bytes = require('../link').bytes;
var IMPLICIT_LE = '1.2.840.10008.1.2';

function item(type, body) {
  return Buffer.concat([bytes([type, 0, body.length >> 8, body.length & 255]), body]);
}

function pdu(type, body) {
  return Buffer.concat([bytes([type, 0, 0, 0, body.length >> 8, body.length & 255]), body]);
}

function accept(request) {
  var parts = [request.slice(6, 74), item(0x10, bytes('1.2.840.10008.3.1.1.1'))];
  for (var at = 74; at + 5 < request.length; at += 4 + request.readUInt16BE(at + 2)) {
    if (request[at] === 0x20) {
      parts.push(item(0x21, Buffer.concat([bytes([request[at + 4], 0, 0, 0]), item(0x40, bytes(IMPLICIT_LE))])));
    }
  }
  parts.push(item(0x50, item(0x51, bytes([0, 0, 0x40, 0]))));
  return pdu(2, Buffer.concat(parts));
}

// A command element in implicit little endian: group 0.
function element(number, value) {
  return Buffer.concat([bytes([0, 0, number & 255, number >> 8, value.length, 0, 0, 0]), value]);
}

function echoed(context, identifier) {
  var body = Buffer.concat([element(2, bytes('1.2.840.10008.1.1\0')), element(0x100, bytes([0x30, 0x80])),
    element(0x120, identifier), element(0x800, bytes([1, 1])), element(0x900, bytes([0, 0]))]);
  var whole = Buffer.concat([element(0, bytes([body.length, 0, 0, 0])), body]);
  return pdu(4, Buffer.concat([bytes([0, 0, 0, whole.length + 2, context, 3]), whole]));
}

// The value of command element `number`, or two zeros.
function find(command, number) {
  for (var at = 0; at + 8 <= command.length; at += 8 + command.readUInt32LE(at + 4)) {
    if (command.readUInt16LE(at) === 0 && command.readUInt16LE(at + 2) === number && at + 10 <= command.length) {
      return command.slice(at + 8, at + 10);
    }
  }
  return bytes([0, 0]);
}

module.exports = function (link) {
  link.feed(function (rest) {
    if (rest.length < 6) { return 0; }
    var length = rest.readUInt32BE(2) + 6;
    if (length > 65536) { link.end(); return rest.length; }
    if (rest.length < length) { return 0; }
    if (rest[0] === 1 && length >= 74) {
      link.send(accept(rest.slice(0, length)));
    } else if (rest[0] === 4 && length > 12) {
      link.send(echoed(rest[10], find(rest.slice(12, length), 0x110)));
    } else if (rest[0] === 5) {
      link.end(pdu(6, bytes([0, 0, 0, 0])));
    } else {
      link.end(pdu(7, bytes([0, 0, 2, 0])));
    }
    return length;
  });
};
