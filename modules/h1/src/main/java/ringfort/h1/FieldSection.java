package ringfort.h1;

import org.jspecify.annotations.Nullable;

/** Field lines. */
public abstract sealed class FieldSection permits RequestHead, Fields {
    FieldSection() {}

    public final int fieldCount() {
        throw new UnsupportedOperationException();
    }

    public final String name(int index) {
        throw new UnsupportedOperationException();
    }

    public final String value(int index) {
        throw new UnsupportedOperationException();
    }

    public final boolean nameEquals(int index, String lowerCaseName) {
        throw new UnsupportedOperationException();
    }

    public final int indexOf(String name, int from) {
        throw new UnsupportedOperationException();
    }

    public final @Nullable String first(String name) {
        throw new UnsupportedOperationException();
    }
}
