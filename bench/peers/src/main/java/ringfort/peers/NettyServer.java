package ringfort.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.stream.ChunkedStream;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;

/**
 * Netty with its HTTP codec on one event loop: {@code epoll --port N} or {@code io_uring --port N}. Answers are flushed once
 * for all requests that were read together. Netty's codec writes no Date field and knows no routes; neither does this.
 */
final class NettyServer {
    private static final int BACKLOG = 1024;

    private NettyServer() {}

    /** See the class comment. */
    public static void main(String[] arguments) throws InterruptedException {
        int port = Routes.port(arguments[1], arguments[2]);
        switch (arguments[0]) {
            case "epoll" -> serve(port, EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
            case "io_uring" -> serve(port, IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void serve(int port, IoHandlerFactory factory, Class<? extends ServerChannel> channel)
            throws InterruptedException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(Routes.loops(), factory);
        new ServerBootstrap()
                .group(loop)
                .channel(channel)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connection
                                .pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(Routes.echoMostBytes()),
                                        new ChunkedWriteHandler(),
                                        new Answers());
                    }
                })
                .bind(Routes.HOST, port)
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }

    /** Shared by all answers. */
    private static final byte[] LARGE = new byte[Routes.LARGE_BYTES];

    private static final class Answers extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            if (!request.decoderResult().isSuccess()) {
                write(context, false, response(HttpResponseStatus.BAD_REQUEST, Routes.TEXT, Unpooled.EMPTY_BUFFER));
                return;
            }
            boolean keepAlive = HttpUtil.isKeepAlive(request);
            String uri = request.uri();
            String path = uri.indexOf('?') < 0 ? uri : uri.substring(0, uri.indexOf('?'));
            switch (path) {
                case "/plaintext" -> write(context, keepAlive, ok(Routes.TEXT, Routes.plaintext()));
                case "/json" -> write(context, keepAlive, ok(Routes.JSON, Routes.json()));
                case "/echo" ->
                    write(
                            context,
                            keepAlive,
                            response(
                                    HttpResponseStatus.OK,
                                    Routes.BYTES,
                                    request.content().retain()));
                // Comes back from another thread, so that nothing else will flush it.
                case "/blocking" ->
                    Routes.blocking(content -> context.executor().execute(() -> {
                        write(context, keepAlive, ok(Routes.TEXT, content));
                        context.flush();
                    }));
                case "/slow", "/unread", "/fill" -> {
                    List<String> millis =
                            new QueryStringDecoder(uri).parameters().get("ms");
                    Routes.elsewhere(
                            () -> Routes.abuse(path, millis == null ? null : millis.getFirst()),
                            content -> context.executor().execute(() -> {
                                write(context, keepAlive, ok(Routes.TEXT, content));
                                context.flush();
                            }));
                }
                case "/large" -> large(context);
                case "/fail" -> throw Routes.failure();
                default -> {
                    boolean user = uri.startsWith(Routes.USERS);
                    byte[] content = Routes.bytes(user ? uri.substring(Routes.USERS.length()) : Routes.OTHERWISE);
                    write(context, keepAlive, ok(Routes.TEXT, content));
                }
            }
        }

        /** In parts, each made when the one before has left. */
        private static void large(ChannelHandlerContext context) {
            var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            head.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, Routes.BYTES)
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, Routes.LARGE_BYTES);
            var _ = context.write(head);
            InputStream content = new ByteArrayInputStream(LARGE);
            var _ = context.writeAndFlush(new HttpChunkedInput(new ChunkedStream(content, Routes.BLOCK_BYTES)));
        }

        private static FullHttpResponse ok(String type, byte[] content) {
            return response(HttpResponseStatus.OK, type, Unpooled.wrappedBuffer(content));
        }

        private static FullHttpResponse response(HttpResponseStatus status, String type, ByteBuf content) {
            var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, type)
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
            return response;
        }

        private static void write(ChannelHandlerContext context, boolean keepAlive, FullHttpResponse response) {
            if (keepAlive) {
                var _ = context.write(response, context.voidPromise());
            } else {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
                var _ = context.write(response).addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }
}
