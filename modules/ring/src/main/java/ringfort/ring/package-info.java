/**
 * io_uring: requests to the kernel through one shared queue, completions back through another.
 *
 * <p>A program that waits for a connection, greets it and ends; a {@link ringfort.ring.Ring} belongs to the thread that
 * enables it, and {@code userData} (here 1, 2 and 3) tells which request a completion answers:
 *
 * {@snippet :
 * int listener = Sockets.listen(new InetSocketAddress("127.0.0.1", 8080), 16, false, false);
 * try (Ring ring = Ring.open(RingOptions.DEFAULT.withEntries(8));
 *         Arena arena = Arena.ofConfined()) {
 *     ring.enable();
 *     MemorySegment hello = arena.allocateFrom("hello\n");
 *     CompletionBatch batch = new CompletionBatch(8);
 *     ring.sqe().accept(listener, 0, 1);
 *     boolean done = false;
 *     while (!done) {
 *         int submitted = ring.submitAndWait(1, -1);
 *         if (submitted < 0) {
 *             throw new IOException(Errno.describe(-submitted));
 *         }
 *         ring.reap(batch);
 *         for (int i = 0; i < batch.size(); i++) {
 *             if (batch.userData(i) == 1 && batch.result(i) >= 0) {
 *                 int peer = batch.result(i);
 *                 ring.sqe().send(peer, hello.address(), 6, Linux.MSG_NOSIGNAL, 2).link();
 *                 ring.sqe().close(peer, 3);
 *             }
 *             done |= batch.userData(i) == 3;
 *         }
 *     }
 * }
 * }
 *
 * <p>{@link ringfort.ring.Sqe} lists the operations, {@link ringfort.ring.BufferRing} lets silent connections hold no
 * memory, and {@code examples/RingEcho.java} is an echo server with both. The kernel needs to be 5.11 or newer and to
 * permit io_uring, which many containers do not: {@link ringfort.ring.RingUnavailableException} says why.
 */
package ringfort.ring;
