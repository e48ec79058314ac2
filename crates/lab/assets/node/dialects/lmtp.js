// LMTP (RFC 2033): SMTP that greets with LHLO.
module.exports = require('./smtp');
