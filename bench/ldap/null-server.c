// What the load generator costs by itself: a server that looks at nothing but message ids. To each search it answers
// `entries` times the same entry of `bytes` bytes, then success.
//
//   null-server [entries=20] [bytes=500]     prints its port
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { IN_MAX = 1 << 16 };
struct conn { int fd; size_t length; uint8_t in[IN_MAX]; };

static const uint8_t done[] = {0x30, 0x0c, 2, 1, 1, 0x65, 7, 0x0a, 1, 0, 4, 0, 4, 0};
static const uint8_t bound[] = {0x30, 0x0c, 2, 1, 1, 0x61, 7, 0x0a, 1, 0, 4, 0, 4, 0};
static uint8_t *answer;
static size_t answerLength, entries, entryLength;

/** SearchResultEntry with a DN of one byte and one attribute that fills it up. */
static void writeEntry(uint8_t *at, size_t bytes) {
  const uint8_t head[] = {0x30, 0x82, (uint8_t)((bytes - 4) >> 8), (uint8_t)(bytes - 4), 2, 1, 1, 0x64, 0x82,
                          (uint8_t)((bytes - 11) >> 8), (uint8_t)(bytes - 11), 4, 1, 'x'};
  memset(at, 0, bytes);
  memcpy(at, head, sizeof head);
}

static void prepare(size_t bytes) {
  entryLength = bytes;
  answerLength = entries * bytes + sizeof done;
  answer = malloc(answerLength);
  for (size_t i = 0; i < entries; i += 1) writeEntry(answer + i * bytes, bytes);
  memcpy(answer + entries * bytes, done, sizeof done);
}

/** Blocks when the generator is slower than us: it never stops reading. */
static void writeAll(int fd, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n <= 0) return;
    bytes += n;
    length -= (size_t)n;
  }
}

static void answerMessage(struct conn *c, const uint8_t *message) {
  uint8_t id = message[2];
  if (message[3] == 0x60) writeAll(c->fd, bound, sizeof bound);
  if (message[3] != 0x63) return;
  for (size_t i = 0; i < entries; i += 1) answer[i * entryLength + 6] = id;
  answer[entries * entryLength + 4] = id;
  writeAll(c->fd, answer, answerLength);
}

static int onReadable(struct conn *c) {
  ssize_t n = read(c->fd, c->in + c->length, IN_MAX - c->length);
  if (n <= 0) return 0;
  c->length += (size_t)n;
  size_t at = 0;
  while (c->length - at >= 7) {
    // Requests of the generator have lengths of one to three octets.
    size_t octets = c->in[at + 1] < 0x80 ? 0 : c->in[at + 1] & 0x7f, length = octets ? 0 : c->in[at + 1];
    for (size_t i = 0; i < octets; i += 1) length = length << 8 | c->in[at + 2 + i];
    if (c->length - at < 2 + octets + length) break;
    answerMessage(c, c->in + at + 2 + octets);
    at += 2 + octets + length;
  }
  c->length -= at;
  memmove(c->in, c->in + at, c->length);
  return 1;
}

static int listenOnLoopback(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&address, size) || listen(fd, 1024)) exit(1);
  getsockname(fd, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

int main(int argc, char **argv) {
  size_t bytes = 500;
  entries = 20;
  for (int i = 1; i < argc; i += 1) {
    sscanf(argv[i], "entries=%zu", &entries);
    sscanf(argv[i], "bytes=%zu", &bytes);
  }
  signal(SIGPIPE, SIG_IGN);
  prepare(bytes);
  int listener = listenOnLoopback(), epollFd = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
  epoll_ctl(epollFd, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int n = epoll_wait(epollFd, events, 256, -1);
    for (int i = 0; i < n; i += 1) {
      struct conn *c = events[i].data.ptr;
      if (c) {
        if (onReadable(c)) continue;
        close(c->fd);
        free(c);
        continue;
      }
      int on = 1, fd = accept(listener, NULL, NULL);
      if (fd < 0) continue;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      c = calloc(1, sizeof *c);
      c->fd = fd;
      event.data.ptr = c;
      epoll_ctl(epollFd, EPOLL_CTL_ADD, fd, &event);
    }
  }
}
