// What the parts of the load generator share; load.c says what it is for.
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { DEPTH_MAX = 120, KINDS_MAX = 16 };

struct request { uint32_t kind, length; const uint8_t *bytes; size_t idOffset; };
struct requests { uint32_t count; struct request *list; };
/** As written to and read from files of answers. `dnHash` does not depend on the order of entries. */
struct answer { uint32_t code, entries; uint64_t dnHash; };

void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
uint64_t nowNs(void);

/** Moves *at past the length octets; -1 when they are not all there yet. */
int64_t berLength(const uint8_t **at, const uint8_t *end);
/** Of the LDAPDN that a SearchResultEntry begins with, ASCII case folded. */
uint64_t hashDn(const uint8_t *at, const uint8_t *end);

const char *option(int argc, char **argv, const char *name);
double numberOption(int argc, char **argv, const char *name, double fallback);
struct requests readRequests(const char *path);
struct answer *readAnswers(const char *path, uint32_t count);
void writeAnswers(const char *path, const struct answer *list, uint32_t count);

void record(uint32_t kind, uint64_t ns, uint8_t code, uint32_t entries, int isMismatch);
void resetRecords(void);
void printRecords(double seconds, double cpuSeconds);

void tlsStart(void);
void *tlsOpen(int fd);
/** 1 once the handshake is over. */
int tlsShake(void *tls);
/** Like read and write: -1 with EAGAIN when they would wait. */
ssize_t tlsRead(void *tls, void *bytes, size_t length);
ssize_t tlsWrite(void *tls, const void *bytes, size_t length);
void tlsClose(void *tls);
