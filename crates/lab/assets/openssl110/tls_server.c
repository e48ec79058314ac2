/*
 * A TLS server for many clients at once, one thread each, on the OpenSSL it is linked with.
 *
 * usage: tls_server ADDRESS PORT KEY CHAIN [NAME=VALUE]...
 * The pairs are OpenSSL's own configuration commands: CipherString=ALL:@SECLEVEL=0, MinProtocol=SSLv3, DHParameters=FILE.
 * It answers what looks like a request with a small page, and goes on, so that a client may renegotiate.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define IDLE_SECONDS 60

/* Long enough that a server which compresses would: 120 rows of 25 bytes. */
#define ROW "<p>A page of the lab.</p>"
#define ROWS ROW ROW ROW ROW ROW ROW ROW ROW ROW ROW
static const char PAGE[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3000\r\n\r\n"
    ROWS ROWS ROWS ROWS ROWS ROWS ROWS ROWS ROWS ROWS ROWS ROWS;

static SSL_CTX *context;

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static void *serve(void *argument)
{
    int line = (int)(long)argument;
    struct timeval patience = { IDLE_SECONDS, 0 };
    int on = 1;
    char request[4096];
    SSL *ssl = SSL_new(context);
    int count;

    setsockopt(line, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(line, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SSL_set_fd(ssl, line);
    if (SSL_accept(ssl) == 1) {
        while ((count = SSL_read(ssl, request, sizeof request)) > 0) {
            if (count >= 4 && memcmp(request + count - 4, "\r\n\r\n", 4) == 0)
                SSL_write(ssl, PAGE, sizeof PAGE - 1);
        }
        /* After an error not a word more: an alert too many or too few is what the oracles are about. */
        if (SSL_get_error(ssl, count) == SSL_ERROR_ZERO_RETURN)
            SSL_shutdown(ssl);
    }
    ERR_clear_error();
    SSL_free(ssl);
    close(line);
    return NULL;
}

static void configure(int count, char **pairs)
{
    SSL_CONF_CTX *commands = SSL_CONF_CTX_new();
    int own = 0;
    int number;

    SSL_CONF_CTX_set_flags(commands, SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_SERVER | SSL_CONF_FLAG_CERTIFICATE
                                         | SSL_CONF_FLAG_SHOW_ERRORS);
    SSL_CONF_CTX_set_ssl_ctx(commands, context);
    for (number = 0; number < count; number++) {
        char *value = strchr(pairs[number], '=');

        if (value == NULL)
            fail(pairs[number]);
        *value++ = 0;
        own |= strcmp(pairs[number], "DHParameters") == 0;
        if (SSL_CONF_cmd(commands, pairs[number], value) <= 0)
            fail(pairs[number]);
    }
    if (!SSL_CONF_CTX_finish(commands))
        fail("the configuration");
    SSL_CONF_CTX_free(commands);
    /* OpenSSL has no command for it, and without either no DHE suite is served. */
    if (!own)
        SSL_CTX_set_dh_auto(context, 1);
}

static int listen_at(const char *address, const char *port)
{
    struct sockaddr_in place;
    int on = 1;
    int listening = socket(AF_INET, SOCK_STREAM, 0);

    memset(&place, 0, sizeof place);
    place.sin_family = AF_INET;
    place.sin_port = htons((unsigned short)atoi(port));
    if (inet_pton(AF_INET, address, &place.sin_addr) != 1)
        fail("the address");
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listening, (struct sockaddr *)&place, sizeof place) != 0 || listen(listening, 128) != 0) {
        perror("listen");
        exit(1);
    }
    return listening;
}

int main(int count, char **words)
{
    int listening;
    pthread_attr_t detached;

    if (count < 5)
        fail("usage: tls_server ADDRESS PORT KEY CHAIN [NAME=VALUE]...");
    signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_server_method());
    /* Before the key: a level that forbids a small one is set by the cipher string. */
    SSL_CTX_set_security_level(context, 0);
    /* Otherwise SSL_read ends with each renegotiation. */
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"lab", 3);
    configure(count - 5, words + 5);
    if (SSL_CTX_use_certificate_chain_file(context, words[4]) != 1)
        fail("the chain");
    if (SSL_CTX_use_PrivateKey_file(context, words[3], SSL_FILETYPE_PEM) != 1)
        fail("the key");
    listening = listen_at(words[1], words[2]);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    printf("%s\n", OpenSSL_version(OPENSSL_VERSION));
    fflush(stdout);
    for (;;) {
        int line = accept(listening, NULL, NULL);
        pthread_t thread;

        if (line < 0)
            continue;
        if (pthread_create(&thread, &detached, serve, (void *)(long)line) != 0)
            close(line);
    }
}
