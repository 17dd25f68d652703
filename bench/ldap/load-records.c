// Files, options and figures of the load generator.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "load.h"

// Latencies in units of 100 ns, 64 buckets per power of two: at most 1.6 % of error.
enum { BUCKETS = 64 * 36 };
struct record { uint64_t requests, entries, mismatches, codes[256], buckets[BUCKETS]; };
static struct record records[KINDS_MAX];

void fail(const char *format, ...) {
  va_list list;
  va_start(list, format);
  fputs("load: ", stderr);
  vfprintf(stderr, format, list);
  fputc('\n', stderr);
  exit(1);
}

uint64_t nowNs(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

int64_t berLength(const uint8_t **at, const uint8_t *end) {
  if (*at >= end) return -1;
  uint8_t first = *(*at)++;
  if (first < 0x80) return first;
  int octets = first & 0x7f;
  if (octets == 0 || octets > 4) fail("length in %d octets", octets);
  if (end - *at < octets) return -1;
  int64_t length = 0;
  while (octets--) length = length << 8 | *(*at)++;
  return length;
}

uint64_t hashDn(const uint8_t *at, const uint8_t *end) {
  at += 1;
  int64_t length = berLength(&at, end);
  if (length < 0 || end - at < length) fail("entry cut inside its DN");
  uint64_t hash = 0xcbf29ce484222325ull;
  for (; length--; at += 1) hash = (hash ^ (*at >= 'A' && *at <= 'Z' ? *at | 0x20 : *at)) * 0x100000001b3ull;
  return hash;
}

const char *option(int argc, char **argv, const char *name) {
  size_t length = strlen(name);
  for (int i = 1; i < argc; i += 1)
    if (!strncmp(argv[i], name, length) && argv[i][length] == '=') return argv[i] + length + 1;
  return NULL;
}

double numberOption(int argc, char **argv, const char *name, double fallback) {
  const char *text = option(argc, argv, name);
  return text ? atof(text) : fallback;
}

static uint8_t *readFile(const char *path, size_t *length) {
  FILE *file = path ? fopen(path, "rb") : NULL;
  if (!file) fail("cannot read %s", path ? path : "requests=");
  fseek(file, 0, SEEK_END);
  *length = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = malloc(*length + 1);
  if (fread(bytes, 1, *length, file) != *length) fail("cannot read %s", path);
  fclose(file);
  return bytes;
}

static uint32_t u32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return value;
}

struct requests readRequests(const char *path) {
  size_t length;
  const uint8_t *at = readFile(path, &length), *end = at + length;
  struct requests requests = {length < 4 ? 0 : u32(at), NULL};
  if (requests.count == 0) fail("%s holds no request", path);
  requests.list = calloc(requests.count, sizeof *requests.list);
  at += 4;
  for (uint32_t i = 0; i < requests.count; i += 1) {
    if (end - at < 8 || end - at - 8 < u32(at + 4) || u32(at) >= KINDS_MAX) fail("%s is cut or wrong", path);
    struct request *request = &requests.list[i];
    *request = (struct request){u32(at), u32(at + 4), at + 8, 0};
    const uint8_t *body = at + 9;
    berLength(&body, end);
    if (body[0] != 2 || body[1] != 1) fail("%s: message id of more than one byte", path);
    request->idOffset = (size_t)(body + 2 - request->bytes);
    at += 8 + request->length;
  }
  return requests;
}

struct answer *readAnswers(const char *path, uint32_t count) {
  size_t length;
  struct answer *list = (struct answer *)readFile(path, &length);
  if (length != count * sizeof *list) fail("%s is of other requests", path);
  return list;
}

void writeAnswers(const char *path, const struct answer *list, uint32_t count) {
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(list, sizeof *list, count, file) != count || fclose(file)) fail("cannot write %s", path);
}

static int bucketOf(uint64_t units) {
  if (units < 64) return (int)units;
  int power = 63 - __builtin_clzll(units);
  int bucket = (power - 5) * 64 + (int)(units >> (power - 6) & 63);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double milliseconds(int bucket) {
  if (bucket < 64) return bucket / 1e4;
  int power = bucket / 64 + 5;
  return (double)((64ull + (uint64_t)(bucket & 63)) << (power - 6)) / 1e4;
}

void record(uint32_t kind, uint64_t ns, uint8_t code, uint32_t entries, int isMismatch) {
  struct record *into = &records[kind];
  into->requests += 1;
  into->entries += entries;
  into->mismatches += isMismatch ? 1 : 0;
  into->codes[code] += 1;
  into->buckets[bucketOf(ns / 100)] += 1;
}

void resetRecords(void) { memset(records, 0, sizeof records); }

static double quantile(const struct record *of, double share) {
  uint64_t rank = (uint64_t)((double)of->requests * share), seen = 0;
  for (int i = 0; i < BUCKETS; i += 1)
    if ((seen += of->buckets[i]) > rank) return milliseconds(i);
  return 0;
}

static void printRecord(const struct record *of) {
  printf("\"requests\":%lu,\"entries\":%lu,\"mismatches\":%lu,\"p50Ms\":%.4f,\"p99Ms\":%.4f,\"maxMs\":%.4f,\"codes\":{",
         of->requests, of->entries, of->mismatches, quantile(of, 0.5), quantile(of, 0.99), quantile(of, 0.9999999));
  const char *comma = "";
  for (int code = 0; code < 256; code += 1)
    if (of->codes[code]) printf("%s\"%d\":%lu", comma, code, of->codes[code]), comma = ",";
  printf("}");
}

void printRecords(double seconds, double cpuSeconds) {
  static struct record all;
  printf("{\"seconds\":%.4f,\"cpuSeconds\":%.4f,\"kinds\":[", seconds, cpuSeconds);
  const char *comma = "";
  for (int kind = 0; kind < KINDS_MAX; kind += 1) {
    const struct record *of = &records[kind];
    if (!of->requests) continue;
    printf("%s{\"kind\":%d,", comma, kind);
    printRecord(of);
    printf("}");
    comma = ",";
    all.requests += of->requests;
    all.entries += of->entries;
    all.mismatches += of->mismatches;
    for (int i = 0; i < 256; i += 1) all.codes[i] += of->codes[i];
    for (int i = 0; i < BUCKETS; i += 1) all.buckets[i] += of->buckets[i];
  }
  printf("],");
  printRecord(&all);
  printf("}\n");
}
