package ringfort.h1;

/** Trailers. */
public final class Fields extends FieldSection {
    Fields() {}

    /** No fields. */
    public static final Fields EMPTY = new Fields();
}
