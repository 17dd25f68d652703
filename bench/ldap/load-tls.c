// TLS for the load generator. Nothing is verified: it measures servers that we started ourselves on this machine.
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include "load.h"

static SSL_CTX *context;

void tlsStart(void) {
  signal(SIGPIPE, SIG_IGN);
  context = SSL_CTX_new(TLS_client_method());
  if (!context) fail("no TLS");
  // As a client that has never met the server: no session is resumed.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

void *tlsOpen(int fd) {
  SSL *tls = SSL_new(context);
  if (!tls || !SSL_set_fd(tls, fd)) fail("no TLS connection");
  SSL_set_connect_state(tls);
  return tls;
}

static ssize_t outcome(SSL *tls, int returned, const char *what) {
  if (returned > 0) return returned;
  int fault = SSL_get_error(tls, returned);
  if (fault == SSL_ERROR_ZERO_RETURN) return 0;
  if (fault != SSL_ERROR_WANT_READ && fault != SSL_ERROR_WANT_WRITE)
    fail("%s: %s", what, ERR_reason_error_string(ERR_peek_last_error()));
  errno = EAGAIN;
  return -1;
}

int tlsShake(void *tls) {
  ERR_clear_error();
  return outcome(tls, SSL_do_handshake(tls), "TLS handshake") > 0;
}

ssize_t tlsRead(void *tls, void *bytes, size_t length) {
  ERR_clear_error();
  return outcome(tls, SSL_read(tls, bytes, (int)length), "TLS read");
}

ssize_t tlsWrite(void *tls, const void *bytes, size_t length) {
  ERR_clear_error();
  return outcome(tls, SSL_write(tls, bytes, (int)length), "TLS write");
}

void tlsClose(void *tls) {
  SSL_shutdown(tls);
  SSL_free(tls);
}
