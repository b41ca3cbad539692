package ringfort.server;

import java.io.IOException;
import java.io.InputStream;
import ringfort.api.Headers;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Upgrade;
import ringfort.api.spi.Mount;
import ringfort.api.spi.RouteMatch;
import ringfort.h1.H1State;
import ringfort.h1.RequestHead;
import ringfort.message.Refusal;

/** One request and its response on the threads engine; the connection's thread. */
final class ThreadsExchange {
    private final ThreadsConnection connection;
    private final ServerContext context;
    private final ThreadsResponder responder;
    private final RequestHead head;
    private final PulledBody body;

    ThreadsExchange(ThreadsConnection connection, ServerContext context, ThreadsResponder responder, RequestHead head) {
        this.connection = connection;
        this.context = context;
        this.responder = responder;
        this.head = head;
        this.body = new PulledBody(connection);
    }

    /** Runs the handler and sends what it answers; says what follows. */
    H1State.After serve() throws IOException {
        InputStream content = head.hasBody() ? body : null;
        var source = new HeadSource(head, content, connection, this::inform);
        RouteMatch match = context.match(source);
        body.trailersTo(source);
        Mount mount = match.mount();
        Refusal refusal = context.applySettings(connection.h1, mount);
        if (refusal != null) {
            throw new ThreadsConnection.Refused(refusal);
        }
        if (head.hasBody()) {
            connection.h1.readOutstanding(false, connection.now()); // the peer is waited for while the handler reads
        } else {
            connection.step(); // END
        }
        var request = new Request(source, match);
        connection.handlerBegins(head.isHead());
        Response response = handle(mount, request);
        body.check();
        Upgrade upgrade = response.upgrade();
        if (upgrade != null) {
            responder.switchProtocols(response, upgrade);
            connection.detach(context.idleNanos(upgrade));
            new ThreadsTunnel(connection).run(context.application, request, upgrade.tunnel());
            return H1State.After.CLOSE;
        }
        responder.respond(head, request, response, body, connection.mayKeepAlive());
        connection.last(!head.keepAlive() && connection.h1.requestComplete());
        return connection.h1.responseComplete(connection.now());
    }

    private Response handle(Mount mount, Request request) throws IOException {
        try {
            return context.answer(mount.handler(), request);
        } catch (Throwable e) {
            body.check(); // the peer's doing is no fault of the handler's
            connection.checkMine(); // nor is our own interrupt
            return context.failure(request, e);
        } finally {
            boolean _ = Thread.interrupted(); // left set, it would close the socket under its next read or write
        }
    }

    private void inform(int status, Headers fields) {
        if (!connection.isHandling()) {
            throw new IllegalStateException("the final response has begun; a " + status + " comes too late");
        }
        connection.output.lock();
        try {
            connection.checkMine();
            if (status == 100) {
                body.continueNow();
            } else {
                connection.sink.reset();
                ResponseContent.interim(connection.sink, status, fields);
                connection.write(connection.sink.array(), 0, connection.sink.length());
            }
        } catch (IOException _) {
            // News for a peer that is gone, or was answered in the handler's place: the response ends the same way.
        } finally {
            connection.output.unlock();
        }
    }
}
