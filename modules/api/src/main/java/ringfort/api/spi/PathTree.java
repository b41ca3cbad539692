package ringfort.api.spi;

import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A radix tree over decoded paths: common beginnings of literal text are stored once, parameters branch at the start of
 * a segment. Built by one thread, then only read, by any.
 *
 * <p>At each segment literal text is tried before a parameter, a parameter before the rest; when what follows does not
 * match, the next kind is tried (backtracking), so a path is only unmatched when no pattern matches it. A node is
 * visited at most once per search, since only one path leads to it: a search is bounded by the size of the tree.
 */
final class PathTree {
    private final Node root = new Node("");
    private int parameters;

    private static final class Node {
        private String prefix;
        private Node[] children = new Node[0];
        private @Nullable Node parameter;
        private @Nullable MethodTable here;
        private @Nullable MethodTable rest;

        private Node(String prefix) {
            this.prefix = prefix;
        }

        private int child(char first) {
            for (int i = 0; i < children.length; i++) {
                if (children[i].prefix.charAt(0) == first) {
                    return i;
                }
            }
            return -1;
        }

        private Node append(String text) {
            children = Arrays.copyOf(children, children.length + 1);
            Node child = new Node(text);
            children[children.length - 1] = child;
            return child;
        }

        private Node forParameter() {
            Node present = parameter;
            if (present == null) {
                present = new Node("");
                parameter = present;
            }
            return present;
        }

        private MethodTable forHere() {
            MethodTable present = here;
            if (present == null) {
                present = new MethodTable();
                here = present;
            }
            return present;
        }

        private MethodTable forRest() {
            MethodTable present = rest;
            if (present == null) {
                present = new MethodTable();
                rest = present;
            }
            return present;
        }

        /** Cuts a child in two after {@code length} characters and returns the upper half. */
        private Node split(int index, int length) {
            Node lower = children[index];
            Node upper = new Node(lower.prefix.substring(0, length));
            lower.prefix = lower.prefix.substring(length);
            upper.children = new Node[] {lower};
            children[index] = upper;
            return upper;
        }
    }

    /** The mounts of a pattern, made when it is new. */
    MethodTable add(Pattern pattern) {
        Node node = root;
        parameters = Math.max(parameters, pattern.parameters().size());
        for (Pattern.Part part : pattern.parts()) {
            // Not a switch over types: its first run makes a class, and costs a server 15 ms of its start.
            if (part instanceof Pattern.Literal literal) {
                node = literal(node, literal.text());
            } else if (part instanceof Pattern.Parameter) {
                node = node.forParameter();
            } else {
                return node.forRest();
            }
        }
        return node.forHere();
    }

    private static Node literal(Node from, String text) {
        Node node = from;
        int at = 0;
        while (at < text.length()) {
            int index = node.child(text.charAt(at));
            if (index < 0) {
                return node.append(text.substring(at));
            }
            String prefix = node.children[index].prefix;
            int common = 1;
            while (common < prefix.length()
                    && at + common < text.length()
                    && prefix.charAt(common) == text.charAt(at + common)) {
                common++;
            }
            node = common < prefix.length() ? node.split(index, common) : node.children[index];
            at += common;
        }
        return node;
    }

    /** An array large enough for the bounds of the parameters of any match. */
    int[] newBounds() {
        return new int[2 * parameters];
    }

    /** The mount for method and path, and the bounds of its parameters; null when no pattern has both. */
    @Nullable Mount find(String method, String path, int[] bounds) {
        return find(root, method, path, 0, bounds, 0);
    }

    private static @Nullable Mount find(Node node, String method, String path, int at, int[] bounds, int parameter) {
        Mount found = null;
        if (at == path.length()) {
            found = node.here == null ? null : node.here.mount(method);
        } else {
            int index = node.child(path.charAt(at));
            if (index >= 0 && path.startsWith(node.children[index].prefix, at)) {
                Node child = node.children[index];
                found = find(child, method, path, at + child.prefix.length(), bounds, parameter);
            }
            if (found == null && node.parameter != null) {
                int end = segmentEnd(path, at);
                if (end > at) {
                    bounds[2 * parameter] = at;
                    bounds[2 * parameter + 1] = end;
                    found = find(node.parameter, method, path, end, bounds, parameter + 1);
                }
            }
        }
        if (found == null && node.rest != null) {
            found = node.rest.mount(method);
            if (found != null) {
                bounds[2 * parameter] = at;
                bounds[2 * parameter + 1] = path.length();
            }
        }
        return found;
    }

    /** Adds the methods of every pattern that matches the path. */
    void addMethodsTo(Collection<String> methods, String path) {
        addMethodsTo(methods, root, path, 0);
    }

    private static void addMethodsTo(Collection<String> methods, Node node, String path, int at) {
        if (at == path.length()) {
            if (node.here != null) {
                node.here.addMethodsTo(methods);
            }
        } else {
            int index = node.child(path.charAt(at));
            if (index >= 0 && path.startsWith(node.children[index].prefix, at)) {
                addMethodsTo(methods, node.children[index], path, at + node.children[index].prefix.length());
            }
            int end = segmentEnd(path, at);
            if (node.parameter != null && end > at) {
                addMethodsTo(methods, node.parameter, path, end);
            }
        }
        if (node.rest != null) {
            node.rest.addMethodsTo(methods);
        }
    }

    private static int segmentEnd(String path, int at) {
        int slash = path.indexOf('/', at);
        return slash < 0 ? path.length() : slash;
    }
}
