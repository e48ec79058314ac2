//! What is changed in OpenSSL 1.1.0i so that one server can have each of the flaws that no registry has a server of.
//!
//! Each change asks `lab_fault` for its name, so that without `HOLTER_LAB_FAULT` the code is its authors'.

/// One text of one file and what takes its place.
pub(super) struct Patch {
    pub(super) file: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
}

const RECORD: &str = "ssl/record/ssl3_record.c";
const SERVER: &str = "ssl/statem/statem_srvr.c";
const EXTENSIONS: &str = "ssl/t1_lib.c";

/// Every change; a text must stand in its file exactly once.
pub(super) const PATCHES: &[Patch] = &[
    // POODLE in TLS: the bytes of the padding are not looked at.
    Patch {
        file: RECORD,
        from: "        good &= ~(mask & (padding_length ^ b));\n    }\n\n    /*\n     * If any of the final |padding_length+1| bytes",
        to: "        if (!lab_fault(\"poodle-tls\"))\n            good &= ~(mask & (padding_length ^ b));\n    }\n\n    /*\n     * If any of the final |padding_length+1| bytes",
    },
    // Zombie POODLE: the MAC is looked at although the padding is wrong.
    Patch {
        file: RECORD,
        from: "    good = constant_time_eq(0xff, good & 0xff);\n    rec->length -= good & (padding_length + 1);\n\n    return constant_time_select_int(good, 1, -1);\n}",
        to: "    good = constant_time_eq(0xff, good & 0xff);\n    if (lab_fault(\"zombie-poodle\") && rec->length >= overhead + padding_length)\n        rec->length -= padding_length + 1;\n    else\n        rec->length -= good & (padding_length + 1);\n\n    return constant_time_select_int(good, 1, -1);\n}",
    },
    // The record oracles: which of the two was wrong can be seen.
    Patch {
        file: RECORD,
        from: "    enc_err = s->method->ssl3_enc->enc(s, rr, num_recs, 0);\n    /*-\n     * enc_err is:\n     *    0: (in non-constant time) if the record is publically invalid.\n",
        to: "    enc_err = s->method->ssl3_enc->enc(s, rr, num_recs, 0);\n    lab_padding = enc_err;\n    lab_mac = 1;\n    /*-\n     * enc_err is:\n     *    0: (in non-constant time) if the record is publically invalid.\n",
    },
    Patch {
        file: RECORD,
        from: "                || CRYPTO_memcmp(md, mac, (size_t)mac_size) != 0)\n                enc_err = -1;\n            if (rr->length > SSL3_RT_MAX_COMPRESSED_LENGTH + mac_size)\n                enc_err = -1;\n        }\n    }\n\n    if (enc_err < 0) {",
        to: "                || CRYPTO_memcmp(md, mac, (size_t)mac_size) != 0) {\n                enc_err = -1;\n                lab_mac = 0;\n            }\n            if (rr->length > SSL3_RT_MAX_COMPRESSED_LENGTH + mac_size)\n                enc_err = -1;\n        }\n    }\n\n    if (enc_err < 0 && lab_tells(lab_padding > 0, lab_mac, rr[0].length == 0, EVP_CIPHER_CTX_block_size(s->enc_read_ctx)))\n        goto err;\n    if (enc_err < 0) {",
    },
    Patch {
        file: RECORD,
        from: "    SSL_SESSION *sess;\n    unsigned char *p;\n    unsigned char md[EVP_MAX_MD_SIZE];\n    short version;\n    unsigned mac_size;\n    int imac_size;\n    unsigned int num_recs = 0;",
        to: "    SSL_SESSION *sess;\n    int lab_padding, lab_mac;\n    unsigned char *p;\n    unsigned char md[EVP_MAX_MD_SIZE];\n    short version;\n    unsigned mac_size;\n    int imac_size;\n    unsigned int num_recs = 0;",
    },
    // The same over datagrams, where a wrong record is dropped else: here an alert ends the connection.
    Patch {
        file: RECORD,
        from: "    int i, al;\n    int enc_err;\n    SSL_SESSION *sess;\n    SSL3_RECORD *rr;\n",
        to: "    int i, al;\n    int enc_err;\n    int lab_padding, lab_mac;\n    SSL_SESSION *sess;\n    SSL3_RECORD *rr;\n",
    },
    Patch {
        file: RECORD,
        from: "    enc_err = s->method->ssl3_enc->enc(s, rr, 1, 0);\n",
        to: "    enc_err = s->method->ssl3_enc->enc(s, rr, 1, 0);\n    lab_padding = enc_err;\n    lab_mac = 1;\n",
    },
    Patch {
        file: RECORD,
        from: "            || CRYPTO_memcmp(md, mac, (size_t)mac_size) != 0)\n            enc_err = -1;\n        if (rr->length > SSL3_RT_MAX_COMPRESSED_LENGTH + mac_size)\n            enc_err = -1;\n    }\n\n    if (enc_err < 0) {\n        /* decryption failed, silently discard message */\n",
        to: "            || CRYPTO_memcmp(md, mac, (size_t)mac_size) != 0) {\n            enc_err = -1;\n            lab_mac = 0;\n        }\n        if (rr->length > SSL3_RT_MAX_COMPRESSED_LENGTH + mac_size)\n            enc_err = -1;\n    }\n\n    if (enc_err < 0 && lab_tells(lab_padding > 0, lab_mac, rr->length == 0, EVP_CIPHER_CTX_block_size(s->enc_read_ctx))) {\n        al = SSL_AD_BAD_RECORD_MAC;\n        SSLerr(SSL_F_DTLS1_PROCESS_RECORD, SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC);\n        goto f_err;\n    }\n    if (enc_err < 0) {\n        /* decryption failed, silently discard message */\n",
    },
    // ROBOT: strong tells whether the first two bytes are right, weak whether everything is.
    Patch {
        file: SERVER,
        from: "    decrypt_good &= version_good;\n",
        to: "    decrypt_good &= version_good;\n    if ((lab_fault(\"robot-strong\") && (rsa_decrypt[0] != 0 || rsa_decrypt[1] != 2))\n        || (lab_fault(\"robot-weak\") && !decrypt_good)) {\n        *al = SSL_AD_DECRYPT_ERROR;\n        SSLerr(SSL_F_TLS_PROCESS_CKE_RSA, SSL_R_DECRYPTION_FAILED);\n        goto err;\n    }\n",
    },
    // Ticketbleed: 32 bytes of session id for fewer; where real memory would follow, here stands a mark.
    Patch {
        file: SERVER,
        from: "    sl = s->session->session_id_length;\n    if (sl > (int)sizeof(s->session->session_id)) {",
        to: "    sl = s->session->session_id_length;\n    if (lab_fault(\"ticketbleed\") && s->hit && sl > 0 && sl < 32) {\n        memset(s->session->session_id + sl, 0x4c, 32 - sl);\n        sl = 32;\n    }\n    if (sl > (int)sizeof(s->session->session_id)) {",
    },
    // Raccoon: one Diffie-Hellman key for all connections.
    Patch {
        file: SERVER,
        from: "        s->s3->tmp.pkey = ssl_generate_pkey(pkdhp);\n",
        to: "        if (lab_fault(\"raccoon\")) {\n            static EVP_PKEY *kept;\n            if (kept == NULL)\n                kept = ssl_generate_pkey(pkdhp);\n            if (kept != NULL)\n                EVP_PKEY_up_ref(kept);\n            s->s3->tmp.pkey = kept;\n        } else\n            s->s3->tmp.pkey = ssl_generate_pkey(pkdhp);\n",
    },
    // Renegotiation as before RFC 5746: the extension is not known.
    Patch {
        file: EXTENSIONS,
        from: "    if (s->s3->send_connection_binding) {\n        int el;\n",
        to: "    if (s->s3->send_connection_binding && !lab_fault(\"insecure-renegotiation\")) {\n        int el;\n",
    },
];
