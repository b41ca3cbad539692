import org.jspecify.annotations.NullMarked;

/**
 * TLS for servers without input or output: bytes in, bytes out, and now and then a task that another thread should run.
 * It opens no socket, starts no thread and reads no clock, so it fits under any transport and into any test.
 *
 * <p>{@link ringfort.tls} is exported because it is the whole of TLS here: the state of a connection, certificates and
 * keys from files, and their reload. {@link ringfort.tls.proxy} is exported for transports behind a load balancer, which
 * need it with TLS and without.
 */
@NullMarked
module ringfort.tls {
    requires static org.jspecify;

    exports ringfort.tls;
    exports ringfort.tls.proxy;
}
