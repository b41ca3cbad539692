/**
 * Linux system calls as plain static methods.
 *
 * <p>{@link ringfort.sys.Libc} returns what the call returns, or the negated error number: {@code -11} is
 * {@code -EAGAIN}. {@link ringfort.sys.Errno} names those numbers, {@link ringfort.sys.Linux} holds the constants the
 * calls take.
 *
 * {@snippet :
 * int listener = Sockets.listen(new InetSocketAddress("127.0.0.1", 0), 128, false, false);
 * int peer = Libc.accept4(listener, 0, 0, Linux.SOCK_CLOEXEC);
 * if (peer < 0) {
 *     throw new IOException("accept4: " + Errno.describe(-peer));
 * }
 * }
 *
 * <p>Nothing here exists on other systems than Linux: the first use of a class fails with
 * {@link java.lang.ExceptionInInitializerError} when a symbol is missing. Numbers are those of x86_64 and aarch64.
 */
package ringfort.sys;
