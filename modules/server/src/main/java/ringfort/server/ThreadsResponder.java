package ringfort.server;

import java.io.IOException;
import java.io.OutputStream;
import ringfort.api.Body;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Upgrade;
import ringfort.h1.RequestHead;
import ringfort.h1.ResponseEncoder;
import ringfort.message.Refusal;

/** Sends the responses of one connection of the threads engine, on that connection's thread. */
final class ThreadsResponder {
    private static final int WITH_HEAD_BYTES = 16 * 1024;

    private final ThreadsConnection connection;
    private final ServerContext context;
    private final Counters counters;
    private final ResponseContent content;

    ThreadsResponder(ThreadsConnection connection, ServerContext context, Counters counters) {
        this.connection = connection;
        this.context = context;
        this.counters = counters;
        this.content = new ResponseContent(context);
    }

    void respond(RequestHead head, Request request, Response response, PulledBody body, boolean keepAlive)
            throws IOException {
        boolean silent = head.isHead() || response.status() == 204 || response.status() == 304;
        if (!silent && response.body() instanceof Body.Streaming streamed) {
            var out = new PushedBody(connection, this, head, response, streamed.length(), keepAlive);
            stream(head, request, out, body, keepAlive, streamed.writer()::writeTo);
        } else if (!silent && response.body() instanceof Body.FileBody file) {
            var out = new PushedBody(connection, this, head, response, file.length(), keepAlive);
            stream(head, request, out, body, keepAlive, to -> ResponseContent.copy(file, to));
        } else {
            ResponseEncoder.Framing framing =
                    begin(head, response, response.body().length(), keepAlive);
            byte[] bytes = framing == ResponseEncoder.Framing.NONE ? new byte[0] : ResponseContent.bytes(response);
            boolean withHead = bytes.length <= WITH_HEAD_BYTES;
            if (withHead) {
                connection.sink.bytes(bytes, 0, bytes.length);
            }
            connection.write(connection.sink.array(), 0, connection.sink.length());
            if (!withHead) {
                connection.write(bytes, 0, bytes.length);
            }
        }
    }

    /** Leaves the head in the connection's sink: from here on the response is decided. */
    ResponseEncoder.Framing begin(RequestHead head, Response response, long length, boolean keepAlive)
            throws IOException {
        connection.sink.reset();
        ResponseContent.Head decided =
                content.head(connection.sink, head, response, length, keepAlive, connection.now());
        connection.responseBegins(decided.keepAlive());
        counters.responses.add(1);
        return decided.framing();
    }

    /** Sends the head that switches protocols. */
    void switchProtocols(Response response, Upgrade upgrade) throws IOException {
        connection.sink.reset();
        ResponseContent.switching(connection.sink, response, upgrade);
        connection.responseBegins(false);
        counters.responses.add(1);
        connection.write(connection.sink.array(), 0, connection.sink.length());
    }

    private interface Writer {
        void writeTo(OutputStream out) throws Exception;
    }

    private void stream(
            RequestHead head, Request request, PushedBody out, PulledBody body, boolean keepAlive, Writer writer)
            throws IOException {
        try {
            writer.writeTo(out);
            out.finish();
        } catch (Throwable e) {
            if (out.connectionFailed()) {
                throw new IOException("the peer is gone", e);
            }
            if (!out.hasBegun()) {
                body.check();
                connection.checkMine();
            }
            if (out.hasBegun()) {
                if (!body.isBroken()) {
                    context.application.report(request, e);
                }
                connection.cut();
                throw new IOException("the response failed midway", e);
            }
            respond(head, request, ServerContext.held(context.failure(request, e)), body, keepAlive);
        }
    }

    void refuse(Refusal refusal, boolean isHead) throws IOException {
        connection.sink.reset();
        content.refusal(connection.sink, refusal, isHead);
        connection.responseBegins(false);
        connection.write(connection.sink.array(), 0, connection.sink.length());
    }
}
