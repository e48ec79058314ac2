/*
 * A DTLS server on one UDP port for many clients at once, on the OpenSSL it is linked with.
 *
 * s_server serves one client at a time and waits for ever on one that leaves in mid-handshake, as a scanner does.
 * Here each peer address has its own SSL object; datagrams go in and out of it one by one, as on a real socket.
 *
 * usage: dtls_server ADDRESS PORT KEY CERTIFICATE dtls1|dtls1_2|any CIPHERS|- cookie|plain require|anyone
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define PEERS 256
#define IDLE_SECONDS 120
#define MTU 1400

struct peer {
    SSL *ssl;
    struct sockaddr_storage address;
    socklen_t length;
    time_t seen;
    /* The datagram being read: set for the time of one call, empty otherwise. */
    const unsigned char *data;
    int size;
};

static struct peer peers[PEERS];
static int udp;

static int datagram_write(BIO *bio, const char *data, int size)
{
    struct peer *peer = BIO_get_data(bio);

    /* A peer that has gone away is told so by ICMP; that is not this server's trouble. */
    (void)sendto(udp, data, (size_t)size, 0, (struct sockaddr *)&peer->address, peer->length);
    return size;
}

static int datagram_read(BIO *bio, char *into, int room)
{
    struct peer *peer = BIO_get_data(bio);
    int size = peer->size < room ? peer->size : room;

    BIO_clear_retry_flags(bio);
    if (peer->data == NULL) {
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(into, peer->data, (size_t)size);
    peer->data = NULL;
    return size;
}

static long datagram_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return MTU;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
        return 28;
    default:
        return 0;
    }
}

static BIO *datagram_bio(struct peer *peer)
{
    static BIO_METHOD *method;
    BIO *bio;

    if (method == NULL) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "one datagram at a time");
        BIO_meth_set_write(method, datagram_write);
        BIO_meth_set_read(method, datagram_read);
        BIO_meth_set_ctrl(method, datagram_control);
    }
    bio = BIO_new(method);
    BIO_set_data(bio, peer);
    BIO_set_init(bio, 1);
    return bio;
}

/* The cookie only has to be one that a spoofed address would not see; on loopback a fixed one says enough. */
static int make_cookie(SSL *ssl, unsigned char *cookie, unsigned int *length)
{
    (void)ssl;
    memset(cookie, 0x43, 20);
    *length = 20;
    return 1;
}

static int check_cookie(SSL *ssl, const unsigned char *cookie, unsigned int length)
{
    unsigned char ours[20];

    (void)ssl;
    memset(ours, 0x43, sizeof ours);
    return length == sizeof ours && memcmp(cookie, ours, sizeof ours) == 0;
}

static int accept_any(int preverified, X509_STORE_CTX *store)
{
    (void)preverified, (void)store;
    return 1;
}

static void forget(struct peer *peer)
{
    SSL_free(peer->ssl);
    memset(peer, 0, sizeof *peer);
}

static struct peer *find(SSL_CTX *context, const struct sockaddr_storage *address, socklen_t length, int fresh)
{
    struct peer *oldest = &peers[0];
    int i;

    for (i = 0; i < PEERS; i++) {
        struct peer *peer = &peers[i];

        if (peer->ssl != NULL && peer->length == length && memcmp(&peer->address, address, length) == 0)
            return peer;
        if (peer->ssl == NULL || (oldest->ssl != NULL && peer->seen < oldest->seen))
            oldest = peer;
    }
    /* Only a plain handshake record opens anything: stray records of a forgotten peer do not. */
    if (!fresh)
        return NULL;
    forget(oldest);
    oldest->address = *address;
    oldest->length = length;
    oldest->ssl = SSL_new(context);
    if (oldest->ssl == NULL) {
        ERR_print_errors_fp(stderr);
        exit(1);
    }
    BIO *bio = datagram_bio(oldest);
    SSL_set_bio(oldest->ssl, bio, bio);
    SSL_set_accept_state(oldest->ssl);
    SSL_set_options(oldest->ssl, SSL_OP_NO_QUERY_MTU);
    SSL_set_mtu(oldest->ssl, MTU);
    return oldest;
}

static void take(struct peer *peer, const unsigned char *data, int size)
{
    unsigned char clear[16384];
    int result, reason;

    peer->seen = time(NULL);
    peer->data = data;
    peer->size = size;
    /* A heartbeat ends a call although the same datagram may hold more. */
    do {
        ERR_clear_error();
        result = SSL_read(peer->ssl, clear, sizeof clear);
        if (result > 0)
            SSL_write(peer->ssl, clear, result);
        reason = SSL_get_error(peer->ssl, result);
    } while (result > 0 || (reason == SSL_ERROR_WANT_READ && peer->data != NULL));
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
        if (reason == SSL_ERROR_ZERO_RETURN)
            SSL_shutdown(peer->ssl);
        forget(peer);
    }
}

static void tick(void)
{
    time_t now = time(NULL);
    int i;

    for (i = 0; i < PEERS; i++) {
        if (peers[i].ssl == NULL)
            continue;
        if (now - peers[i].seen > IDLE_SECONDS || DTLSv1_handle_timeout(peers[i].ssl) < 0)
            forget(&peers[i]);
    }
}

static int listen_on(const char *address, const char *port)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port)) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = v4.sin_port };
    int six = inet_pton(AF_INET6, address, &v6.sin6_addr) == 1;

    if (!six && inet_pton(AF_INET, address, &v4.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    udp = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    return six ? bind(udp, (struct sockaddr *)&v6, sizeof v6) : bind(udp, (struct sockaddr *)&v4, sizeof v4);
}

static SSL_CTX *configure(char **argument)
{
    SSL_CTX *context = SSL_CTX_new(DTLS_server_method());

    if (context == NULL || SSL_CTX_use_PrivateKey_file(context, argument[3], SSL_FILETYPE_PEM) != 1
        || SSL_CTX_use_certificate_chain_file(context, argument[4]) != 1)
        return NULL;
    if (strcmp(argument[5], "dtls1") == 0)
        SSL_CTX_set_max_proto_version(context, DTLS1_VERSION);
    if (strcmp(argument[5], "dtls1_2") == 0)
        SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
    if (strcmp(argument[6], "-") != 0 && SSL_CTX_set_cipher_list(context, argument[6]) != 1)
        return NULL;
    if (strcmp(argument[7], "cookie") == 0) {
        SSL_CTX_set_options(context, SSL_OP_COOKIE_EXCHANGE);
        SSL_CTX_set_cookie_generate_cb(context, make_cookie);
        SSL_CTX_set_cookie_verify_cb(context, check_cookie);
    }
    if (strcmp(argument[8], "require") == 0)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return context;
}

int main(int count, char **argument)
{
    SSL_CTX *context;

    if (count != 9) {
        fprintf(stderr, "usage: %s ADDRESS PORT KEY CERTIFICATE VERSION CIPHERS COOKIE CLIENT\n", argument[0]);
        return 2;
    }
    context = configure(argument);
    if (context == NULL) {
        ERR_print_errors_fp(stderr);
        return 1;
    }
    if (listen_on(argument[1], argument[2]) != 0) {
        perror(argument[1]);
        return 1;
    }
    puts(OpenSSL_version(OPENSSL_VERSION));
    fflush(stdout);
    for (;;) {
        unsigned char data[65536];
        struct sockaddr_storage from;
        socklen_t length = sizeof from;
        struct pollfd ready = { .fd = udp, .events = POLLIN };
        ssize_t size;
        struct peer *peer;

        if (poll(&ready, 1, 250) <= 0) {
            tick();
            continue;
        }
        memset(&from, 0, sizeof from);
        size = recvfrom(udp, data, sizeof data, 0, (struct sockaddr *)&from, &length);
        if (size < 14)
            continue;
        peer = find(context, &from, length, data[0] == 22 && data[13] == 1);
        if (peer != NULL)
            take(peer, data, (int)size);
    }
}
