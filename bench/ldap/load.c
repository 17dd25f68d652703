// Load generator for LDAP searches: one thread, epoll, requests encoded beforehand by requests.ts.
//
//   load port=N requests=FILE [connections=1] [depth=1] [seconds=3] [warmup=0.5] [dial=1] [tls=1] [once=1] [answers=OUT] [expect=IN]
//
// depth    requests in flight per connection; dial: one TCP connection per search (connect, anonymous bind, search, unbind)
// once     each request exactly once, whatever time it takes; `answers` then receives what each was answered
// expect   what an earlier `once` wrote for the same server: another number of entries or code counts as a mismatch
// Requests: u32 count, then u32 kind, u32 length and the bytes of each, whose message id is one byte long and is set here.
// Prints one line of JSON, at the end or when it gets SIGTERM. Whatever is not an answer to what was asked (cut, notice of disconnection, silence) ends it with 1.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>
#include "load.h"

enum { OUT_MAX = 1 << 16, IN_MAX = 1 << 20, SILENCE_MAX_S = 60 };
enum state { CONNECTING, SHAKING, BINDING, SEARCHING };

struct slot { uint32_t request, entries; uint64_t startNs, dnHash; };
struct conn {
  int fd, inFlight;
  enum state state;
  void *tls;
  uint8_t *in, *out;
  size_t inLength, outLength, outSent;
  uint64_t dialNs;
  struct slot slots[DEPTH_MAX + 1];
};

static struct requests requests;
static struct conn *conns;
static struct answer *answers, *expected;
static int epollFd, port, connections = 1, depth = 1, isDial, isTls, isOnce;
static volatile sig_atomic_t isOver;
static uint32_t cursor, answered;
static uint64_t dials;

static void watch(struct conn *c, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  if (epoll_ctl(epollFd, operation, c->fd, &event)) fail("epoll_ctl: %s", strerror(errno));
}

static void flushOut(struct conn *c) {
  while (c->outSent < c->outLength) {
    ssize_t n = c->tls ? tlsWrite(c->tls, c->out + c->outSent, c->outLength - c->outSent)
                       : write(c->fd, c->out + c->outSent, c->outLength - c->outSent);
    if (n < 0 && errno == EAGAIN) return watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    if (n <= 0) fail("write: %s", strerror(errno));
    c->outSent += (size_t)n;
  }
  c->outSent = c->outLength = 0;
}

static void queue(struct conn *c, const uint8_t *bytes, size_t length) {
  if (c->outLength + length > OUT_MAX) fail("requests in flight exceed %d bytes", OUT_MAX);
  memcpy(c->out + c->outLength, bytes, length);
  c->outLength += length;
}

static void queueBind(struct conn *c) {
  static const uint8_t bind[] = {0x30, 0x0c, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0};
  queue(c, bind, sizeof bind);
  c->state = BINDING;
}

/** Takes the next request of the file; there is none left in `once` mode. */
static void queueSearch(struct conn *c, int id) {
  if (isOnce && cursor >= requests.count) return;
  struct slot *slot = &c->slots[id];
  slot->request = cursor++ % requests.count;
  slot->entries = 0;
  slot->dnHash = 0;
  // A client that dials for each search waits for all of it.
  slot->startNs = isDial ? c->dialNs : nowNs();
  const struct request *request = &requests.list[slot->request];
  size_t at = c->outLength;
  queue(c, request->bytes, request->length);
  c->out[at + request->idOffset] = (uint8_t)id;
  c->inFlight += 1;
}

static void dial(struct conn *c) {
  c->dialNs = nowNs();
  c->inLength = c->outLength = c->outSent = 0;
  c->inFlight = 0;
  c->state = CONNECTING;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) fail("socket: %s", strerror(errno));
  int on = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (isDial) {
    // Ports of one address would run out: each closed connection keeps its own for a while.
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(dials++ % 8));
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from)) fail("bind: %s", strerror(errno));
  }
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) fail("connect: %s", strerror(errno));
  watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void hangUp(struct conn *c) {
  static const uint8_t unbind[] = {0x30, 5, 2, 1, 3, 0x42, 0};
  queue(c, unbind, sizeof unbind);
  flushOut(c);
  if (c->tls) tlsClose(c->tls);
  c->tls = NULL;
  close(c->fd);
}

/** True when the connection was replaced by another: what it had received is gone. */
static int onDone(struct conn *c, int id, uint8_t code) {
  struct slot *slot = &c->slots[id];
  uint64_t now = nowNs();
  struct answer answer = {code, slot->entries, slot->dnHash};
  int isMismatch = expected && (expected[slot->request].code != code || expected[slot->request].entries != slot->entries);
  record(requests.list[slot->request].kind, now - slot->startNs, code, slot->entries, isMismatch);
  if (answers) answers[slot->request] = answer;
  c->inFlight -= 1;
  answered += 1;
  if (isOnce && answered == requests.count) isOver = 1;
  if (isOver) return 1;
  if (!isDial) return queueSearch(c, id), 0;
  hangUp(c);
  dial(c);
  return 1;
}

static int onMessage(struct conn *c, const uint8_t *m, const uint8_t *end) {
  if (end - m < 5 || m[0] != 2 || m[1] != 1) fail("message id of a form that was not asked");
  int id = m[2];
  uint8_t operation = m[3];
  const uint8_t *body = m + 4;
  berLength(&body, end);
  if (operation == 0x64) {
    if (id > depth || c->inFlight == 0) fail("entry for a search that is not running");
    c->slots[id].entries += 1;
    if (answers) c->slots[id].dnHash += hashDn(body, end);
    return 0;
  }
  if (operation != 0x65 && operation != 0x61) fail("unexpected operation 0x%02x, message id %d", operation, id);
  if (body + 3 > end || body[0] != 0x0a || body[1] != 1) fail("no result code in an answer");
  if (operation == 0x65) return onDone(c, id, body[2]);
  if (body[2] != 0) fail("bind answered %d", body[2]);
  c->state = SEARCHING;
  for (int slot = 1; slot <= depth; slot += 1) queueSearch(c, slot);
  return 0;
}

static void onBytes(struct conn *c) {
  const uint8_t *at = c->in, *end = c->in + c->inLength;
  while (end - at >= 2) {
    const uint8_t *body = at + 1;
    if (*at != 0x30) fail("not an LDAP message: 0x%02x", *at);
    int64_t length = berLength(&body, end);
    if (length < 0 || end - body < length) break;
    if (onMessage(c, body, body + length)) return;
    at = body + length;
  }
  c->inLength = (size_t)(end - at);
  if (c->inLength == IN_MAX) fail("message above %d bytes", IN_MAX);
  memmove(c->in, at, c->inLength);
  flushOut(c);
}

static void onReadable(struct conn *c) {
  for (;;) {
    uint64_t dialNs = c->dialNs;
    ssize_t n = c->tls ? tlsRead(c->tls, c->in + c->inLength, IN_MAX - c->inLength)
                       : read(c->fd, c->in + c->inLength, IN_MAX - c->inLength);
    if (n < 0 && errno == EAGAIN) return;
    if (n == 0) fail("the server closed a connection");
    if (n < 0) fail("read: %s", strerror(errno));
    c->inLength += (size_t)n;
    onBytes(c);
    // Level-triggered: what remains in a plain socket wakes us again; what OpenSSL holds would not.
    if (!c->tls || c->dialNs != dialNs || isOver) return;
  }
}

static void onEvent(struct conn *c, uint32_t events) {
  if (c->state == CONNECTING) {
    int fault = 0;
    socklen_t size = sizeof fault;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &fault, &size);
    if (fault) fail("connect: %s", strerror(fault));
    if (!(events & EPOLLOUT)) return;
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    if (isTls) c->tls = tlsOpen(c->fd);
    c->state = SHAKING;
  }
  if (c->state == SHAKING) {
    if (c->tls && !tlsShake(c->tls)) return;
    queueBind(c);
    return flushOut(c);
  }
  if (events & EPOLLOUT) {
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    flushOut(c);
  }
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) onReadable(c);
}

static void stop(int signal) {
  (void)signal;
  isOver = 1;
}

static double cpuSeconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/** Returns the seconds that were measured; `cpuStart` is the processor time spent before. */
static double run(double *cpuStart, double warmup, double seconds) {
  struct epoll_event events[256];
  uint64_t start = nowNs(), last = start, measured = start;
  int isWarm = isOnce || warmup == 0;
  for (int i = 0; i < connections; i += 1) dial(&conns[i]);
  while (!isOver) {
    int n = epoll_wait(epollFd, events, 256, 100);
    if (n < 0 && errno != EINTR) fail("epoll_wait: %s", strerror(errno));
    uint64_t now = nowNs();
    if (n > 0) last = now;
    if (now - last > SILENCE_MAX_S * 1000000000ull) fail("no answer for %d s", SILENCE_MAX_S);
    if (!isWarm && now - start >= (uint64_t)(warmup * 1e9)) {
      resetRecords();
      answered = 0;
      *cpuStart = cpuSeconds();
      measured = now;
      isWarm = 1;
    }
    // A server that answers nothing in that time is waited for: its figure is then that of one answer.
    if (!isOnce && isWarm && answered > 0 && now - measured >= (uint64_t)(seconds * 1e9)) break;
    for (int i = 0; i < n && !isOver; i += 1) onEvent(events[i].data.ptr, events[i].events);
  }
  return (double)(nowNs() - measured) / 1e9;
}

int main(int argc, char **argv) {
  port = (int)numberOption(argc, argv, "port", 0);
  connections = (int)numberOption(argc, argv, "connections", 1);
  depth = (int)numberOption(argc, argv, "depth", 1);
  isDial = (int)numberOption(argc, argv, "dial", 0);
  isTls = (int)numberOption(argc, argv, "tls", 0);
  isOnce = (int)numberOption(argc, argv, "once", 0);
  if (depth < 1 || depth > DEPTH_MAX || (isDial && depth > 1)) fail("depth is 1 to %d, and 1 when dialing", DEPTH_MAX);
  requests = readRequests(option(argc, argv, "requests"));
  const char *answersPath = option(argc, argv, "answers"), *expectPath = option(argc, argv, "expect");
  if (answersPath) answers = calloc(requests.count, sizeof *answers);
  if (expectPath) expected = readAnswers(expectPath, requests.count);
  if (isTls) tlsStart();
  signal(SIGTERM, stop);
  epollFd = epoll_create1(EPOLL_CLOEXEC);
  conns = calloc((size_t)connections, sizeof *conns);
  for (int i = 0; i < connections; i += 1) {
    conns[i].in = malloc(IN_MAX);
    conns[i].out = malloc(OUT_MAX);
  }
  double cpuStart = cpuSeconds();
  double took = run(&cpuStart, numberOption(argc, argv, "warmup", 0.5), numberOption(argc, argv, "seconds", 3));
  printRecords(took, cpuSeconds() - cpuStart);
  if (answersPath) writeAnswers(answersPath, answers, requests.count);
  return 0;
}
