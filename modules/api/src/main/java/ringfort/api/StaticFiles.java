package ringfort.api;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
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

    private final Path directory;
    private volatile @Nullable Path realDirectory;

    StaticFiles(Path directory) {
        this.directory = directory.toAbsolutePath();
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
        return Response.redirect(308, PercentDecoding.encodePath(request.path()) + "/");
    }

    @Override
    public Response handle(Request request) throws IOException {
        String rest = request.path("path");
        if (!isServable(rest)) {
            throw HttpException.notFound();
        }
        try {
            Path root = root();
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
            return Response.file(real, attributes).conditional(request);
        } catch (FileSystemException | InvalidPathException e) {
            // Missing, not allowed, a loop of links, no file name here: none of which is the client's business.
            throw new HttpException(404, "", Headers.empty(), e);
        }
    }

    private Path root() throws IOException {
        Path root = realDirectory;
        if (root == null) {
            root = directory.toRealPath();
            realDirectory = root;
        }
        return root;
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
