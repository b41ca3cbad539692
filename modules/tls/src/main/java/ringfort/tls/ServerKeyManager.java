package ringfort.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Gives the engine the certificate for the name that the client asked for. The JDK's own manager of the same purpose,
 * {@code SunX509}, does not look at the name. For any thread.
 *
 * <p>The engine asks for an alias, then for the key and the chain of that alias. A reload may come in between, so that an
 * alias says of which set it is, and the set before the current one is kept.
 *
 * <p>A ticket with which a client resumes holds a checksum of the certificate that was used, and the JDK compares it with
 * the one it would use now. It asks for that one before there is a session that has the name in the hello. The name must
 * then come from somewhere else ({@link #forHello}), or no session of a certificate other than the default one would ever be
 * resumed.
 */
final class ServerKeyManager extends X509ExtendedKeyManager {
    /** The name in the hello that the task of this thread works on. */
    private static final ScopedValue<String> IN_HELLO = ScopedValue.newInstance();

    private record Generation(int number, CertificateSet set) {}

    private record Generations(Generation current, @Nullable Generation previous) {}

    private volatile Generations generations;

    ServerKeyManager(CertificateSet set) {
        generations = new Generations(new Generation(0, set), null);
    }

    synchronized void replace(CertificateSet set) {
        Generation before = generations.current;
        generations = new Generations(new Generation(before.number + 1, set), before);
    }

    CertificateSet current() {
        return generations.current.set;
    }

    /** Runs a task of an engine, which has received a hello with this name; null when it has none. */
    static void forHello(@Nullable String name, Runnable task) {
        if (name == null) {
            task.run();
        } else {
            ScopedValue.where(IN_HELLO, name).run(task);
        }
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType, engine == null ? null : engine.getHandshakeSession());
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType, socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null);
    }

    private @Nullable String alias(String keyType, @Nullable SSLSession handshake) {
        String host = null;
        if (handshake instanceof ExtendedSSLSession extended) {
            host = CertificateNames.requested(extended.getRequestedServerNames());
        } else if (IN_HELLO.isBound()) {
            host = IN_HELLO.get();
        }
        Generation generation = generations.current;
        for (ServerCertificate certificate : generation.set.select(host)) {
            if (certificate.hasKeyType(keyType)) {
                return generation.number + "." + generation.set.all().indexOf(certificate);
            }
        }
        return null; // the engine asks for the next kind of key that the client can verify
    }

    private @Nullable ServerCertificate certificate(@Nullable String alias) {
        Generations both = generations;
        int dot = alias == null ? -1 : alias.indexOf('.');
        if (alias == null || dot < 0) {
            return null;
        }
        int number = Integer.parseInt(alias, 0, dot, 10);
        int index = Integer.parseInt(alias, dot + 1, alias.length(), 10);
        Generation previous = both.previous;
        if (number == both.current.number) {
            return both.current.set.all().get(index);
        }
        return previous != null && number == previous.number
                ? previous.set.all().get(index)
                : null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
        ServerCertificate certificate = certificate(alias);
        return certificate == null ? null : certificate.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
        ServerCertificate certificate = certificate(alias);
        return certificate == null ? null : certificate.key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        Generation generation = generations.current;
        List<ServerCertificate> all = generation.set.all();
        return all.stream()
                .filter(certificate -> certificate.hasKeyType(keyType))
                .map(certificate -> generation.number + "." + all.indexOf(certificate))
                .toArray(String[]::new);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null; // this is no client
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null; // this is no client
    }
}
