/*
 * The others' side of benchmarks/compare: the same questions about the same image, asked of a plain
 * sorted array in C, of libext2fs, and of the kernel through a mounted file.
 *
 *   lookups sorted EXTENTS QUERIES             binary searches over the extents
 *   lookups bmap2  IMAGE PATH QUERIES          ext2fs_bmap2, inode read once
 *   lookups handle IMAGE PATH QUERIES          ext2fs_extent_open2 once, ext2fs_extent_goto for each
 *   lookups sweep  IMAGE PATH                  ext2fs_extent_get(NEXT_LEAF) over all extents
 *   lookups fibmap FILE QUERIES                ioctl FIBMAP, needs root
 *   lookups cold   DEVICE DIR PATH QUERIES N   mount read-only at DIR and ask FIBMAP N times, page cache dropped; needs root
 *   lookups fiemap FILE                        ioctl FIEMAP over all extents, 512 at a time
 *
 * QUERIES holds u32 lblk, EXTENTS records of u32 lblk, u32 blocks, u64 pblk, little-endian. Prints lines of
 * "name nanoseconds sum": the median of the rounds for one question (for one extent in a sweep), and the sum of the
 * first 65536 answers, which has to be everybody's. Build: cc -O3 -march=native -o lookups lookups.c -lext2fs -lcom_err
 */
#define _GNU_SOURCE
#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, WARM_UP = 2, FIEMAP_AT_ONCE = 512, CHECKED = 1 << 16 };

struct extent {
  uint32_t lblk, blocks;
  uint64_t pblk;
};

static void fail(const char *what, long code) {
  fprintf(stderr, "lookups: %s: %ld %s\n", what, code, code == errno ? strerror(errno) : "");
  exit(1);
}

static void *load(const char *path, size_t record, size_t *count) {
  int fd = open(path, O_RDONLY);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) < 0) fail(path, errno);
  char *bytes = malloc(st.st_size ? st.st_size : 1);
  for (off_t done = 0; done < st.st_size;) {
    ssize_t n = read(fd, bytes + done, st.st_size - done);
    if (n <= 0) fail(path, errno);
    done += n;
  }
  close(fd);
  *count = st.st_size / record;
  return bytes;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* One thing to measure: asked how often, it answers with the sum of all answers. */
typedef uint64_t asking(void *context, size_t count);

static void measure(const char *name, asking *ask, void *context, size_t count, size_t per) {
  double nanos[ROUNDS];
  uint64_t sum = ask(context, count < CHECKED ? count : CHECKED);
  for (int round = -WARM_UP; round < ROUNDS; round++) {
    double start = now();
    ask(context, count);
    if (round >= 0) nanos[round] = (now() - start) / per;
  }
  qsort(nanos, ROUNDS, sizeof *nanos, by_value);
  printf("%s %.1f %llu\n", name, nanos[ROUNDS / 2], (unsigned long long)sum);
}

/* ---- a sorted array ---------------------------------------------------------------------------------------- */

struct sorted {
  uint32_t *lblk, *blocks, *queries;
  uint64_t *pblk;
  size_t extents;
};

static uint64_t answer(const struct sorted *s, size_t i, uint32_t lblk) {
  uint32_t off = lblk - s->lblk[i];
  return off < s->blocks[i] ? s->pblk[i] + off : 0;
}

static uint64_t ask_branching(void *context, size_t count) {
  struct sorted *s = context;
  uint64_t sum = 0;
  for (size_t q = 0; q < count; q++) {
    size_t low = 0, high = s->extents;
    while (high - low > 1) {
      size_t middle = (low + high) / 2;
      if (s->lblk[middle] <= s->queries[q]) low = middle; else high = middle;
    }
    sum += answer(s, low, s->queries[q]);
  }
  return sum;
}

static uint64_t ask_branch_free(void *context, size_t count) {
  struct sorted *s = context;
  uint64_t sum = 0;
  for (size_t q = 0; q < count; q++) {
    size_t base = 0;
    for (size_t length = s->extents; length > 1;) {
      size_t half = length / 2;
      base += -(size_t)(s->lblk[base + half] <= s->queries[q]) & half;
      length -= half;
    }
    sum += answer(s, base, s->queries[q]);
  }
  return sum;
}

static void sorted(char **args) {
  struct sorted s;
  size_t count;
  struct extent *extents = load(args[0], sizeof *extents, &s.extents);
  s.queries = load(args[1], sizeof *s.queries, &count);
  s.lblk = malloc(s.extents * sizeof *s.lblk);
  s.blocks = malloc(s.extents * sizeof *s.blocks);
  s.pblk = malloc(s.extents * sizeof *s.pblk);
  for (size_t i = 0; i < s.extents; i++) {
    s.lblk[i] = extents[i].lblk;
    s.blocks[i] = extents[i].blocks;
    s.pblk[i] = extents[i].pblk;
  }
  measure("c-branching", ask_branching, &s, count, count);
  measure("c-branch-free", ask_branch_free, &s, count, count);
}

/* ---- libext2fs --------------------------------------------------------------------------------------------- */

struct library {
  ext2_filsys fs;
  ext2_ino_t ino;
  struct ext2_inode inode;
  ext2_extent_handle_t handle;
  uint32_t *queries;
};

static void open_library(struct library *l, char **args) {
  errcode_t code = ext2fs_open(args[0], EXT2_FLAG_64BITS, 0, 0, unix_io_manager, &l->fs);
  if (code) fail(args[0], code);
  code = ext2fs_namei(l->fs, EXT2_ROOT_INO, EXT2_ROOT_INO, args[1], &l->ino);
  if (code) fail(args[1], code);
  code = ext2fs_read_inode(l->fs, l->ino, &l->inode);
  if (code) fail("ext2fs_read_inode", code);
}

static uint64_t ask_bmap2(void *context, size_t count) {
  struct library *l = context;
  uint64_t sum = 0;
  for (size_t q = 0; q < count; q++) {
    blk64_t pblk = 0;
    errcode_t code = ext2fs_bmap2(l->fs, l->ino, &l->inode, NULL, 0, l->queries[q], NULL, &pblk);
    if (code) fail("ext2fs_bmap2", code);
    sum += pblk;
  }
  return sum;
}

static uint64_t ask_handle(void *context, size_t count) {
  struct library *l = context;
  struct ext2fs_extent extent;
  uint64_t sum = 0;
  for (size_t q = 0; q < count; q++) {
    errcode_t code = ext2fs_extent_goto(l->handle, l->queries[q]);
    if (!code) code = ext2fs_extent_get(l->handle, EXT2_EXTENT_CURRENT, &extent);
    if (code) fail("ext2fs_extent_goto", code);
    sum += extent.e_pblk + (l->queries[q] - extent.e_lblk);
  }
  return sum;
}

static uint64_t ask_sweep(void *context, size_t count) {
  struct library *l = context;
  struct ext2fs_extent extent;
  uint64_t sum = 0;
  errcode_t code = ext2fs_extent_get(l->handle, EXT2_EXTENT_ROOT, &extent);
  while (!code) {
    code = ext2fs_extent_get(l->handle, EXT2_EXTENT_NEXT_LEAF, &extent);
    if (!code) sum += extent.e_pblk;
  }
  if (code != EXT2_ET_EXTENT_NO_NEXT) fail("ext2fs_extent_get", code);
  return sum + 0 * count;
}

static void open_handle(struct library *l) {
  errcode_t code = ext2fs_extent_open2(l->fs, l->ino, &l->inode, &l->handle);
  if (code) fail("ext2fs_extent_open2", code);
}

/* ---- the kernel -------------------------------------------------------------------------------------------- */

struct mounted {
  int fd;
  uint32_t *queries;
  size_t extents;
};

static uint64_t ask_fibmap(void *context, size_t count) {
  struct mounted *m = context;
  uint64_t sum = 0;
  for (size_t q = 0; q < count; q++) {
    int block = (int)m->queries[q];
    if (ioctl(m->fd, FIBMAP, &block) < 0) fail("FIBMAP", errno);
    sum += (unsigned)block;
  }
  return sum;
}

static uint64_t ask_fiemap(void *context, size_t count) {
  struct mounted *m = context;
  static char room[sizeof(struct fiemap) + FIEMAP_AT_ONCE * sizeof(struct fiemap_extent)];
  struct fiemap *map = (struct fiemap *)room;
  uint64_t sum = 0, start = 0;
  m->extents = 0;
  for (int last = 0; !last;) {
    memset(map, 0, sizeof *map);
    map->fm_start = start;
    map->fm_length = FIEMAP_MAX_OFFSET - start;
    map->fm_extent_count = FIEMAP_AT_ONCE;
    if (ioctl(m->fd, FS_IOC_FIEMAP, map) < 0) fail("FIEMAP", errno);
    if (map->fm_mapped_extents == 0) break;
    for (unsigned i = 0; i < map->fm_mapped_extents; i++) {
      struct fiemap_extent *e = &map->fm_extents[i];
      sum += e->fe_physical / 4096;
      start = e->fe_logical + e->fe_length;
      last = e->fe_flags & FIEMAP_EXTENT_LAST;
      m->extents++;
    }
  }
  return sum + 0 * count;
}

struct cold {
  char **args;
  uint32_t *queries;
};

/* Answers with the sum; the time of the whole is the caller's. */
static uint64_t mount_and_ask(void *context, size_t count) {
  struct cold *c = context;
  char path[4096];
  if (mount(c->args[0], c->args[1], "ext4", MS_RDONLY, NULL) < 0) fail(c->args[0], errno);
  snprintf(path, sizeof path, "%s%s", c->args[1], c->args[2]);
  struct mounted m = {.fd = open(path, O_RDONLY), .queries = c->queries};
  if (m.fd < 0) fail(path, errno);
  uint64_t sum = ask_fibmap(&m, count);
  close(m.fd);
  return sum;
}

static void cold(char **args) {
  struct cold c = {.args = args};
  size_t known, count = strtoul(args[4], NULL, 10);
  c.queries = load(args[3], sizeof *c.queries, &known);
  if (count > known) fail("more lookups than queries", known);
  double nanos[ROUNDS];
  uint64_t sum = 0;
  for (int round = -1; round < ROUNDS; round++) {
    int drop = open("/proc/sys/vm/drop_caches", O_WRONLY);
    if (drop < 0 || write(drop, "3", 1) != 1) fail("drop_caches", errno);
    close(drop);
    double start = now();
    sum = mount_and_ask(&c, count);
    if (round >= 0) nanos[round] = (now() - start) / count;
    if (umount(args[1]) < 0) fail(args[1], errno);
  }
  qsort(nanos, ROUNDS, sizeof *nanos, by_value);
  printf("mount-and-fibmap %.1f %llu\n", nanos[ROUNDS / 2], (unsigned long long)sum);
}

int main(int argc, char **argv) {
  struct library l;
  struct mounted m;
  size_t count;
  if (argc == 4 && !strcmp(argv[1], "sorted")) {
    sorted(argv + 2);
  } else if (argc == 5 && !strcmp(argv[1], "bmap2")) {
    open_library(&l, argv + 2);
    l.queries = load(argv[4], sizeof *l.queries, &count);
    measure("ext2fs_bmap2", ask_bmap2, &l, count / 8, count / 8);
  } else if (argc == 5 && !strcmp(argv[1], "handle")) {
    open_library(&l, argv + 2);
    open_handle(&l);
    l.queries = load(argv[4], sizeof *l.queries, &count);
    measure("ext2fs_extent_goto", ask_handle, &l, count / 8, count / 8);
  } else if (argc == 4 && !strcmp(argv[1], "sweep")) {
    open_library(&l, argv + 2);
    open_handle(&l);
    size_t extents = 0;
    struct ext2fs_extent extent;
    for (errcode_t code = ext2fs_extent_get(l.handle, EXT2_EXTENT_ROOT, &extent); !code; extents++)
      code = ext2fs_extent_get(l.handle, EXT2_EXTENT_NEXT_LEAF, &extent);
    measure("ext2fs-sweep", ask_sweep, &l, 1, extents - 1);
  } else if (argc == 4 && !strcmp(argv[1], "fibmap")) {
    m.fd = open(argv[2], O_RDONLY);
    if (m.fd < 0) fail(argv[2], errno);
    m.queries = load(argv[3], sizeof *m.queries, &count);
    measure("fibmap", ask_fibmap, &m, count / 2, count / 2);
  } else if (argc == 7 && !strcmp(argv[1], "cold")) {
    cold(argv + 2);
  } else if (argc == 3 && !strcmp(argv[1], "fiemap")) {
    m.fd = open(argv[2], O_RDONLY);
    if (m.fd < 0) fail(argv[2], errno);
    ask_fiemap(&m, 1);
    measure("fiemap-sweep", ask_fiemap, &m, 1, m.extents);
  } else {
    fprintf(stderr, "usage: see the head of lookups.c\n");
    return 2;
  }
  return 0;
}
