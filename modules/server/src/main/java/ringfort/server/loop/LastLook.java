package ringfort.server.loop;

import ringfort.sys.OnWorker;

/**
 * A look at what has come from a peer whose deadline is reached, made after the clock was read: what had come by then is found.
 * The peer is judged when all of that has been read. What comes later does not put the judgement off again, so a peer that
 * sends one byte after another gains no time.
 *
 * <p>For a response there is nothing to read; its peer is judged after the worker has tried once more to send. A peer that has
 * acknowledged all is given one more grace, in which the kernel has to take more: it may be short of memory.
 *
 * <p>The worker must not judge by what the kernel has told it. One call of {@code io_uring_enter} runs some twenty pieces of
 * deferred work, one of {@code epoll_wait} reports 1,024 sockets, and a turn has time for so many reads. When a thousand peers
 * have become readable, because the process was stopped or a handler held the worker, most of them are not told of yet.
 *
 * @param atNanos when the clock was read for it
 * @param untilBytes how many bytes of the peer will have been read then
 */
@OnWorker
record LastLook(long atNanos, long untilBytes) {
    /** Whether some of it is still to be read. */
    boolean isUnread(long receivedBytes) {
        return receivedBytes - untilBytes < 0;
    }
}
