package ringfort.api;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ringfort.api.spi.LogQueue;
import ringfort.api.spi.Mount;
import ringfort.api.syntax.Fields;

/**
 * The verbs that declare routes, the same in a {@link Server} and in a group ({@link Routes}). One thread.
 *
 * <p>A pattern is literal text and parameters: {@code /users/{id}} takes one segment that is not empty,
 * {@code /docs/{page...}} all that is left, possibly nothing. Patterns are written decoded ({@code /café}); see
 * {@link Request#path()} for the path they are compared with. Literal text wins over a parameter, a parameter over the
 * rest; a trailing slash makes another path. In a group the empty pattern is the prefix itself.
 *
 * <p>GET routes answer HEAD too; OPTIONS, 404 and 405 need no routes.
 *
 * @param <S> what the verbs return: the kind of scope they were called on
 */
public abstract sealed class Routing<S extends Routing<S>> permits Server, Routes {
    private static final StackWalker STACK = StackWalker.getInstance();

    private final String prefix;
    private final @Nullable Routing<?> parent;
    private final List<Filter> filters = new ArrayList<>();
    private final List<Declaration> declarations;
    private final Map<String, String> mediaTypes; // by extension; of the whole server

    /** A route as it was declared; filters are put around it at start, when its scopes are complete. */
    private record Declaration(
            Routing<?> scope, String method, String pattern, Handler handler, Route route, String place) {}

    /** For the outermost scope. */
    Routing() {
        this.prefix = "";
        this.parent = null;
        this.declarations = new ArrayList<>();
        this.mediaTypes = new HashMap<>();
    }

    Routing(String prefix, Routing<?> parent) {
        this.prefix = prefix;
        this.parent = parent;
        this.declarations = parent.declarations;
        this.mediaTypes = parent.mediaTypes;
    }

    abstract S self();

    /**
     * Answers GET, and HEAD without content.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @return this scope
     */
    public S get(String pattern, Handler handler) {
        return get(pattern, handler, Route.DEFAULT);
    }

    /**
     * Answers GET, and HEAD without content.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @param route what the route sets for itself
     * @return this scope
     */
    public S get(String pattern, Handler handler, Route route) {
        return declare("GET", pattern, handler, route);
    }

    /**
     * Answers POST.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @return this scope
     */
    public S post(String pattern, Handler handler) {
        return post(pattern, handler, Route.DEFAULT);
    }

    /**
     * Answers POST.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @param route what the route sets for itself
     * @return this scope
     */
    public S post(String pattern, Handler handler, Route route) {
        return declare("POST", pattern, handler, route);
    }

    /**
     * Answers PUT.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @return this scope
     */
    public S put(String pattern, Handler handler) {
        return put(pattern, handler, Route.DEFAULT);
    }

    /**
     * Answers PUT.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @param route what the route sets for itself
     * @return this scope
     */
    public S put(String pattern, Handler handler, Route route) {
        return declare("PUT", pattern, handler, route);
    }

    /**
     * Answers PATCH.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @return this scope
     */
    public S patch(String pattern, Handler handler) {
        return patch(pattern, handler, Route.DEFAULT);
    }

    /**
     * Answers PATCH.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @param route what the route sets for itself
     * @return this scope
     */
    public S patch(String pattern, Handler handler, Route route) {
        return declare("PATCH", pattern, handler, route);
    }

    /**
     * Answers DELETE.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @return this scope
     */
    public S delete(String pattern, Handler handler) {
        return delete(pattern, handler, Route.DEFAULT);
    }

    /**
     * Answers DELETE.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @param route what the route sets for itself
     * @return this scope
     */
    public S delete(String pattern, Handler handler, Route route) {
        return declare("DELETE", pattern, handler, route);
    }

    /**
     * Answers HEAD where GET's handler would do too much.
     *
     * @param pattern the pattern
     * @param handler the handler; the content of its response is not sent, its length is
     * @return this scope
     */
    public S head(String pattern, Handler handler) {
        return head(pattern, handler, Route.DEFAULT);
    }

    /**
     * Answers HEAD where GET's handler would do too much.
     *
     * @param pattern the pattern
     * @param handler the handler; the content of its response is not sent, its length is
     * @param route what the route sets for itself
     * @return this scope
     */
    public S head(String pattern, Handler handler, Route route) {
        return declare("HEAD", pattern, handler, route);
    }

    /**
     * Answers OPTIONS instead of the automatic 204 with {@code Allow}.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @return this scope
     */
    public S options(String pattern, Handler handler) {
        return options(pattern, handler, Route.DEFAULT);
    }

    /**
     * Answers OPTIONS instead of the automatic 204 with {@code Allow}.
     *
     * @param pattern the pattern
     * @param handler the handler
     * @param route what the route sets for itself
     * @return this scope
     */
    public S options(String pattern, Handler handler, Route route) {
        return declare("OPTIONS", pattern, handler, route);
    }

    /**
     * Answers any method, a standard one or another.
     *
     * @param method a token, case-sensitive; neither CONNECT nor TRACE
     * @param pattern the pattern
     * @param handler the handler
     * @return this scope
     */
    public S handle(String method, String pattern, Handler handler) {
        return handle(method, pattern, handler, Route.DEFAULT);
    }

    /**
     * Answers any method, a standard one or another.
     *
     * @param method a token, case-sensitive; neither CONNECT nor TRACE
     * @param pattern the pattern
     * @param handler the handler
     * @param route what the route sets for itself
     * @return this scope
     */
    public S handle(String method, String pattern, Handler handler, Route route) {
        return declare(method, pattern, handler, route);
    }

    /**
     * Answers several methods with one handler.
     *
     * @param methods tokens, case-sensitive; neither CONNECT nor TRACE
     * @param pattern the pattern
     * @param handler the handler
     * @return this scope
     */
    public S route(Collection<String> methods, String pattern, Handler handler) {
        return route(methods, pattern, handler, Route.DEFAULT);
    }

    /**
     * Answers several methods with one handler.
     *
     * @param methods tokens, case-sensitive; neither CONNECT nor TRACE
     * @param pattern the pattern
     * @param handler the handler
     * @param route what the route sets for itself
     * @return this scope
     */
    public S route(Collection<String> methods, String pattern, Handler handler, Route route) {
        for (String method : methods) {
            declare(method, pattern, handler, route);
        }
        return self();
    }

    /**
     * Declares routes under a common prefix, with filters of their own inside those of this scope.
     *
     * @param groupPrefix starts with a slash and does not end with one; may hold parameters
     * @param routes declares the routes of the group
     * @return this scope
     */
    public S group(String groupPrefix, Consumer<? super Routes> routes) {
        routes.accept(new Routes(prefix + requirePrefix(groupPrefix), this));
        return self();
    }

    /**
     * Puts filters around every route of this scope, those of its groups included and wherever in the scope they are
     * declared. The first declared is the outermost. Filters of a server also see what no route answers: 404, 405,
     * automatic OPTIONS.
     *
     * @param added the filters
     * @return this scope
     */
    public S filter(Filter... added) {
        filters.addAll(List.of(added));
        return self();
    }

    /**
     * Serves the regular files below a directory: GET and HEAD, conditional and range requests, offloaded.
     * A directory is answered by its {@code index.html}; nothing outside the directory is served, whatever dots or
     * symbolic links say, and no name that starts with a dot but {@code .well-known}. The directory itself may be a
     * symbolic link, which is followed anew for each request, so a release can be switched by it. A name that the JVM
     * cannot write in the encoding of the locale is 500, and a warning in the log says which locale can.
     *
     * @param filesPrefix starts with a slash; {@code /} for the whole scope
     * @param directory the directory; looked at when the server starts
     * @return this scope
     */
    public S files(String filesPrefix, Path directory) {
        String under = filesPrefix.equals("/") ? "" : requirePrefix(filesPrefix);
        StaticFiles files = new StaticFiles(directory, mediaTypes);
        if (!(prefix + under).isEmpty()) {
            declare("GET", under, files::root, Route.offload());
        }
        return declare("GET", under + "/{path...}", files, Route.offload());
    }

    /**
     * Names the media type of files with an extension, for all directories that {@link #files} serves in this server,
     * also those declared before. Ringfort knows those of websites, documents, pictures, sound and video; others are
     * {@code application/octet-stream}. A handler that answers with {@link Response#file} sets its own by
     * {@link Response#contentType}.
     *
     * @param extension without its dot, {@code stl}; in any case of letters
     * @param type the media type, with its {@code charset} when it is text
     * @return this scope
     * @throws IllegalArgumentException when the extension is empty or holds a dot or slash, or the type is malformed
     */
    public S mediaType(String extension, String type) {
        if (extension.isEmpty() || extension.indexOf('.') >= 0 || extension.indexOf('/') >= 0) {
            throw new IllegalArgumentException("extension " + Fields.quote(extension)
                    + " must be what follows the last dot of a name, without it");
        }
        Response.ok().contentType(type); // refuses what is no media type
        mediaTypes.put(extension.toLowerCase(Locale.ROOT), type);
        return self();
    }

    private static String requirePrefix(String prefix) {
        if (!prefix.startsWith("/") || prefix.endsWith("/")) {
            throw new IllegalArgumentException(
                    "prefix " + Fields.quote(prefix) + " must start with a slash and must not end with one");
        }
        return prefix;
    }

    private S declare(String method, String pattern, Handler handler, Route route) {
        if (!Fields.isToken(method) || Set.of("CONNECT", "TRACE").contains(method)) {
            throw new IllegalArgumentException("method " + Fields.quote(method)
                    + " cannot have routes: it is no token, or asks for a tunnel, or reflects credentials");
        }
        if (pattern.isEmpty() ? prefix.isEmpty() : !pattern.startsWith("/")) {
            throw new IllegalArgumentException("pattern " + Fields.quote(pattern) + " must start with a slash");
        }
        Objects.requireNonNull(handler, "handler");
        String whole = prefix + pattern;
        Mount.requirePattern(whole);
        warnOfForeignSyntax(pattern);
        declarations.add(new Declaration(this, method, whole, handler, route, place()));
        return self();
    }

    /** Other routers write parameters so; here it is text, and a route that nobody ever asks for would be a riddle. */
    private static void warnOfForeignSyntax(String pattern) {
        for (String segment : pattern.split("/", -1)) {
            if (segment.startsWith("*") || (segment.length() > 1 && segment.startsWith(":"))) {
                String shown = Fields.quote(pattern);
                String meant = segment.startsWith("*") ? "{rest...}" : "{" + segment.substring(1) + "}";
                String place = place();
                LogQueue.shared()
                        .offer(() -> System.getLogger("ringfort")
                                .log(
                                        Level.WARNING,
                                        "pattern " + shown + " (" + place + ") matches " + Fields.quote(segment)
                                                + " as it is written; a parameter would be " + meant));
            }
        }
    }

    /** The first frame that is not the DSL's own: where the application declares the route. */
    private static String place() {
        return STACK.walk(frames -> frames.filter(frame -> !isDsl(frame.getClassName()))
                .findFirst()
                .map(frame -> frame.getFileName() == null
                        ? frame.getClassName()
                        : frame.getFileName() + ":" + frame.getLineNumber())
                .orElse("unknown"));
    }

    private static boolean isDsl(String className) {
        return className.equals(Routing.class.getName())
                || className.equals(Server.class.getName())
                || className.equals(Routes.class.getName());
    }

    /** Every route of this scope and its groups, filters around the handlers. */
    List<Mount> mounts(ErrorHandler errors) {
        List<Mount> mounts = new ArrayList<>(declarations.size());
        for (Declaration declared : declarations) {
            mounts.add(new Mount(
                    declared.method,
                    declared.pattern,
                    declared.scope.filtered(declared.handler),
                    errors,
                    declared.route.placement(),
                    declared.route.settings(),
                    declared.place));
        }
        return mounts;
    }

    /** The filters of this scope alone. */
    List<Filter> filters() {
        return List.copyOf(filters);
    }

    /** Puts the filters of this scope, then those of the scopes around it, around a handler. */
    Handler filtered(Handler handler) {
        Handler wrapped = handler;
        for (Filter filter : filters.reversed()) {
            wrapped = filter.around(wrapped);
        }
        return parent == null ? wrapped : parent.filtered(wrapped);
    }
}
