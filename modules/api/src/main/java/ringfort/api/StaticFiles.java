package ringfort.api;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import ringfort.api.syntax.PercentDecoding;

/**
 * Answers with the regular files below a directory; see {@link Routing#files}. Any thread; blocks on the file system.
 *
 * <p>The real path of what is asked for, symbolic links resolved, must lie below the real path of the directory. The
 * engine opens that real path afterwards: someone who can rename directories meanwhile can still have another file
 * served, as with every check by name.
 */
final class StaticFiles implements Handler {
    private static final String INDEX = "index.html";

    /** What the JVM writes file names in; where it does not say, nothing is unwritable. */
    private static final Charset FILE_NAMES =
            Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);

    private final Path directory;
    private final Map<String, String> mediaTypes;
    private final AtomicBoolean namesTold = new AtomicBoolean();

    /** @param mediaTypes those of the application by extension; not changed any more once there are requests */
    StaticFiles(Path directory, Map<String, String> mediaTypes) {
        this.directory = directory.toAbsolutePath();
        this.mediaTypes = mediaTypes;
        if (!Files.isDirectory(directory)) {
            System.getLogger("ringfort")
                    .log(
                            Level.WARNING,
                            "{0} is not a directory (yet); its files are answered with 404",
                            this.directory);
        }
    }

    /** The mount point without its slash: relative links of the index page would miss their target there. */
    Response root(Request request) {
        return redirect(request, request.path() + "/");
    }

    /** Keeps the query: what it asks for is asked of the other path. */
    private static Response redirect(Request request, String path) {
        String query = request.rawQuery();
        return Response.redirect(308, PercentDecoding.encodePath(path) + (query == null ? "" : "?" + encoded(query)));
    }

    /** Of the visible characters a target may hold, the few that no location may. */
    private static String encoded(String query) {
        return query.replace("\\", "%5C")
                .replace("\"", "%22")
                .replace("<", "%3C")
                .replace(">", "%3E");
    }

    @Override
    public Response handle(Request request) throws IOException {
        String rest = request.path("path");
        if (!isServable(rest)) {
            throw HttpException.notFound();
        }
        try {
            Path root = directory.toRealPath(); // each time: it may be a link that was set to another release
            Path real = below(root, root.resolve(rest));
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            boolean asDirectory = rest.isEmpty() || rest.endsWith("/");
            if (attributes.isDirectory() && !asDirectory) {
                return root(request);
            }
            if (attributes.isDirectory()) {
                real = below(root, real.resolve(INDEX));
                attributes = Files.readAttributes(real, BasicFileAttributes.class);
            } else if (asDirectory) {
                throw HttpException.notFound();
            }
            if (!attributes.isRegularFile()) {
                throw HttpException.notFound();
            }
            return Response.file(real, attributes, ContentTypes.of(real, mediaTypes))
                    .conditional(request);
        } catch (FileSystemException e) {
            // Missing, not allowed, a loop of links: none of which is the client's business.
            throw new HttpException(404, "", Headers.empty(), e);
        } catch (InvalidPathException e) {
            throw unnamable(rest, e);
        }
    }

    /**
     * A name that no file here can have is 404. One that only the JVM cannot write, since it was started under a locale
     * with another encoding, may well be there: that is not the client's mistake, and whoever runs the server is told.
     */
    private HttpException unnamable(String rest, InvalidPathException cause) {
        boolean writable = FILE_NAMES.newEncoder().canEncode(rest);
        if (writable) {
            return new HttpException(404, "", Headers.empty(), cause);
        }
        if (namesTold.compareAndSet(false, true)) {
            System.getLogger("ringfort")
                    .log(
                            Level.WARNING,
                            "{0} is asked for files whose names cannot be written in {1}, the encoding of the locale;"
                                    + " they are answered with 500. Start under a UTF-8 locale: LC_ALL=C.UTF-8",
                            directory,
                            FILE_NAMES);
        }
        return new HttpException(500, "", Headers.empty(), cause);
    }

    private static Path below(Path root, Path path) throws IOException {
        Path real = path.toRealPath();
        if (!real.startsWith(root)) {
            throw HttpException.notFound();
        }
        return real;
    }

    /** Segment by segment, before any of it reaches the file system. */
    private static boolean isServable(String rest) {
        if (rest.isEmpty()) {
            return true;
        }
        String[] segments = rest.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String segment = segments[i];
            boolean trailingSlash = segment.isEmpty() && i > 0 && i == segments.length - 1;
            boolean hidden = segment.startsWith(".") && !segment.equals(".well-known");
            if (!trailingSlash && (segment.isEmpty() || hidden || segment.indexOf('\\') >= 0)) {
                return false;
            }
        }
        return true;
    }
}
