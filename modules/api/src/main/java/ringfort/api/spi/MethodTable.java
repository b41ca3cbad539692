package ringfort.api.spi;

import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The mounts of one pattern by method: a few, so a scan beats a hash. Grows while the table is compiled, not after. */
final class MethodTable {
    private Mount[] mounts = new Mount[0];
    private RouteMatch[] plain = new RouteMatch[0];

    /** Adds a mount; returns the one that is there already for the method, if any. */
    @Nullable Mount add(Mount mount, String path) {
        for (Mount present : mounts) {
            if (present.method().equals(mount.method())) {
                return present;
            }
        }
        mounts = Arrays.copyOf(mounts, mounts.length + 1);
        mounts[mounts.length - 1] = mount;
        plain = Arrays.copyOf(plain, mounts.length);
        plain[mounts.length - 1] = new RouteMatch(mount, path, null);
        return null;
    }

    /** The mount that answers the method: its own, or GET's for HEAD. */
    @Nullable Mount mount(String method) {
        int index = index(method);
        return index < 0 ? null : mounts[index];
    }

    /** As {@link #mount}, as the shared match of a path that is the pattern and has no query. */
    @Nullable RouteMatch plainMatch(String method) {
        int index = index(method);
        return index < 0 ? null : plain[index];
    }

    private int index(String method) {
        for (int i = 0; i < mounts.length; i++) {
            if (mounts[i].method().equals(method)) {
                return i;
            }
        }
        return method.equals("HEAD") ? index("GET") : -1;
    }

    void addMethodsTo(Collection<String> methods) {
        for (Mount mount : mounts) {
            methods.add(mount.method());
        }
    }
}
