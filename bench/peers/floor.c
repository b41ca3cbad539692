/*
 * The floor: what serving "Hello, World!" costs on this kernel when nothing is parsed, checked or timed. One thread, one
 * ring by the raw system calls, one multishot accept, a multishot receive into provided buffers for each connection, and
 * one send for all requests that arrived together. The only thing it looks for is the empty line at the end of a head; a
 * head that contains "Connection: close" ends its connection. Every request gets the same answer, whatever it asks.
 *
 *   cc -O2 -o floor floor.c && ./floor --port N
 *
 * io_uring(7), io_uring_setup(2), io_uring_enter(2), io_uring_register(2).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    ENTRIES = 4096,
    BUFFERS = 4096, /* a power of two */
    BUFFER_BYTES = 2048,
    GROUP = 1,
    CONNECTIONS = 65536, /* by descriptor */
    ANSWERS = 64         /* in one send */
};

enum operation { ACCEPT, RECEIVE, SEND, CLOSE };

/* What is known of a connection between two pieces of its input. */
struct connection {
    uint32_t matched; /* how much of "\r\n\r\n" has been seen */
    uint32_t owed;    /* requests seen and not answered */
    uint32_t asked;   /* how much of "Connection: close" has been seen in this head */
    uint8_t last;     /* this head has the field */
    uint8_t closing;  /* after what is owed, the last of which says so */
    uint8_t sending;
    uint8_t receiving;
    uint8_t gone;
};

static struct connection connections[CONNECTIONS];
static char answers[ANSWERS * 256], last_answer[256];
static size_t answer_bytes, last_answer_bytes;

static int ring;
static struct io_uring_sqe *sqes;
static struct io_uring_cqe *cqes;
static uint32_t *sq_head, *sq_tail, *sq_array, *cq_head, *cq_tail;
static uint32_t sq_mask, cq_mask, tail, submitted;
static struct io_uring_buf_ring *buffers;
static char *memory;
static uint16_t buffer_tail;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void enter(uint32_t wait) {
    __atomic_store_n(sq_tail, tail, __ATOMIC_RELEASE);
    long taken = syscall(__NR_io_uring_enter, ring, tail - submitted, wait, IORING_ENTER_GETEVENTS, NULL, 0);
    if (taken >= 0) {
        submitted += (uint32_t)taken;
    } else if (errno != EINTR && errno != EBUSY && errno != EAGAIN) {
        fail("io_uring_enter");
    }
}

static struct io_uring_sqe *sqe(enum operation operation, int fd) {
    while (tail - __atomic_load_n(sq_head, __ATOMIC_ACQUIRE) > sq_mask) {
        enter(0);
    }
    struct io_uring_sqe *entry = &sqes[tail++ & sq_mask];
    memset(entry, 0, sizeof *entry);
    entry->fd = fd;
    entry->user_data = (uint64_t)operation << 32 | (uint32_t)fd;
    return entry;
}

static void arm_accept(int listener) {
    struct io_uring_sqe *entry = sqe(ACCEPT, listener);
    entry->opcode = IORING_OP_ACCEPT;
    entry->ioprio = IORING_ACCEPT_MULTISHOT;
}

static void arm_receive(int fd) {
    struct io_uring_sqe *entry = sqe(RECEIVE, fd);
    entry->opcode = IORING_OP_RECV;
    entry->ioprio = IORING_RECV_MULTISHOT;
    entry->flags = IOSQE_BUFFER_SELECT;
    entry->buf_group = GROUP;
    connections[fd].receiving = 1;
}

static void give_back(uint16_t id) {
    struct io_uring_buf *buffer = &buffers->bufs[buffer_tail & (BUFFERS - 1)];
    buffer->addr = (uint64_t)(uintptr_t)(memory + (size_t)id * BUFFER_BYTES);
    buffer->len = BUFFER_BYTES;
    buffer->bid = id;
    __atomic_store_n(&buffers->tail, ++buffer_tail, __ATOMIC_RELEASE);
}

/* Sends what is owed, or closes; one send at a time keeps answers in order. */
static void settle(int fd) {
    struct connection *connection = &connections[fd];
    if (connection->sending) {
        return;
    }
    if (connection->owed > 0 && !connection->gone) {
        int last = connection->closing && connection->owed == 1;
        uint32_t plain = connection->owed - connection->closing;
        uint32_t count = last ? 1 : plain < ANSWERS ? plain : ANSWERS;
        struct io_uring_sqe *entry = sqe(SEND, fd);
        entry->opcode = IORING_OP_SEND;
        entry->addr = (uint64_t)(uintptr_t)(last ? last_answer : answers);
        entry->len = (uint32_t)(last ? last_answer_bytes : count * answer_bytes);
        entry->msg_flags = MSG_WAITALL | MSG_NOSIGNAL;
        connection->owed -= count;
        connection->sending = 1;
    } else if (connection->gone || connection->closing) {
        if (connection->receiving) {
            shutdown(fd, SHUT_RDWR); /* ends the receive, which then comes back here */
            connection->gone = 1;
        } else {
            sqe(CLOSE, fd)->opcode = IORING_OP_CLOSE;
            connection->sending = 1; /* nothing more happens to it */
        }
    }
}

static void received(struct connection *connection, const char *bytes, int count) {
    static const char end[] = "\r\n\r\n", close_field[] = "\nConnection: close";
    if (connection->matched == 0 && connection->asked == 0 && !connection->last && count >= 4
        && memcmp(bytes + count - 4, end, 4) == 0 && memmem(bytes, (size_t)count, close_field, sizeof close_field - 1) == NULL) {
        /* Whole heads only: the usual case, and the cheapest way to count them. */
        const char *from = bytes, *last = bytes + count;
        while (from < last && (from = memmem(from, (size_t)(last - from), end, 4)) != NULL) {
            connection->owed++;
            from += 4;
        }
        return;
    }
    for (int i = 0; i < count && !connection->closing; i++) {
        char byte = bytes[i];
        connection->asked = byte == close_field[connection->asked] ? connection->asked + 1 : byte == '\n';
        if (connection->asked == sizeof close_field - 1) {
            connection->last = 1;
            connection->asked = 0;
        }
        connection->matched = byte == end[connection->matched] ? connection->matched + 1 : byte == '\r';
        if (connection->matched == 4) {
            connection->owed++;
            connection->closing = connection->last;
            connection->matched = 0;
            connection->asked = 0;
        }
    }
}

static void complete(const struct io_uring_cqe *cqe, int listener) {
    int fd = (int)(uint32_t)cqe->user_data;
    struct connection *connection = &connections[fd];
    switch ((enum operation)(cqe->user_data >> 32)) {
    case ACCEPT:
        if (cqe->res >= CONNECTIONS) {
            close(cqe->res);
        } else if (cqe->res >= 0) {
            int on = 1;
            setsockopt(cqe->res, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            memset(&connections[cqe->res], 0, sizeof *connections);
            arm_receive(cqe->res);
        }
        if (!(cqe->flags & IORING_CQE_F_MORE)) {
            arm_accept(listener);
        }
        return;
    case RECEIVE:
        if (cqe->flags & IORING_CQE_F_BUFFER) {
            uint16_t id = (uint16_t)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
            if (cqe->res > 0 && !connection->closing) {
                received(connection, memory + (size_t)id * BUFFER_BYTES, cqe->res);
            }
            give_back(id);
        }
        if (!(cqe->flags & IORING_CQE_F_MORE)) {
            connection->receiving = 0;
            if ((cqe->res > 0 || cqe->res == -ENOBUFS) && !connection->gone) {
                arm_receive(fd);
            } else {
                connection->gone = 1;
            }
        }
        settle(fd);
        return;
    case SEND:
        connection->sending = 0;
        if (cqe->res < 0) {
            connection->gone = 1;
        }
        settle(fd);
        return;
    case CLOSE:
        return;
    }
}

static void *map(size_t bytes, off_t offset) {
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset);
    if (mapped == MAP_FAILED) {
        fail("mmap");
    }
    return mapped;
}

static void open_ring(void) {
    struct io_uring_params params = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
        .cq_entries = 4 * ENTRIES,
    };
    ring = (int)syscall(__NR_io_uring_setup, ENTRIES, &params);
    if (ring < 0) {
        fail("io_uring_setup");
    }
    /* Since Linux 5.4 both queues are in one mapping (IORING_FEAT_SINGLE_MMAP). */
    size_t queue_bytes = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    size_t array_end = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
    char *queues = map(queue_bytes > array_end ? queue_bytes : array_end, IORING_OFF_SQ_RING);
    sqes = map(params.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    sq_head = (uint32_t *)(queues + params.sq_off.head);
    sq_tail = (uint32_t *)(queues + params.sq_off.tail);
    sq_array = (uint32_t *)(queues + params.sq_off.array);
    cq_head = (uint32_t *)(queues + params.cq_off.head);
    cq_tail = (uint32_t *)(queues + params.cq_off.tail);
    cqes = (struct io_uring_cqe *)(queues + params.cq_off.cqes);
    sq_mask = params.sq_entries - 1;
    cq_mask = params.cq_entries - 1;
    for (uint32_t i = 0; i < params.sq_entries; i++) {
        sq_array[i] = i;
    }
}

static void provide_buffers(void) {
    buffers = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory = malloc((size_t)BUFFERS * BUFFER_BYTES);
    if (buffers == MAP_FAILED || memory == NULL) {
        fail("memory");
    }
    struct io_uring_buf_reg registration = {
        .ring_addr = (uint64_t)(uintptr_t)buffers, .ring_entries = BUFFERS, .bgid = GROUP};
    if (syscall(__NR_io_uring_register, ring, IORING_REGISTER_PBUF_RING, &registration, 1) < 0) {
        fail("IORING_REGISTER_PBUF_RING");
    }
    for (uint16_t id = 0; id < BUFFERS; id++) {
        give_back(id);
    }
}

static int listen_on(uint16_t port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) {
        fail("listen");
    }
    return listener;
}

static size_t answer(char *into, const char *date, const char *field) {
    return (size_t)sprintf(
        into,
        "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: 13\r\nContent-Type: text/plain; charset=utf-8\r\n%s\r\nHello, World!",
        date,
        field);
}

/* The answer, as often as one send may need it; its Date is that of the start, for telling the time costs too. */
static void prepare_answers(void) {
    char date[40];
    time_t now = time(NULL);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&now));
    last_answer_bytes = answer(last_answer, date, "Connection: close\r\n");
    for (int i = 0; i < ANSWERS; i++) {
        answer_bytes = answer(answers + (size_t)i * answer_bytes, date, "");
    }
}

int main(int count, char **arguments) {
    if (count != 3 || strcmp(arguments[1], "--port") != 0) {
        fprintf(stderr, "usage: floor --port N\n");
        return 2;
    }
    prepare_answers();
    open_ring();
    provide_buffers();
    int listener = listen_on((uint16_t)atoi(arguments[2]));
    arm_accept(listener);
    for (;;) {
        enter(1);
        uint32_t head = *cq_head, last = __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE);
        for (; head != last; head++) {
            struct io_uring_cqe cqe = cqes[head & cq_mask];
            __atomic_store_n(cq_head, head + 1, __ATOMIC_RELEASE);
            complete(&cqe, listener);
        }
    }
}
