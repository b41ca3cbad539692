package ringfort.message;

/** The trailer fields of a message, as far as a recipient may use them (RFC 9110, 6.5). Immutable, any thread. */
public final class Fields extends FieldSection {
    /** No fields. */
    public static final Fields EMPTY = new Fields(new byte[0], 0);

    /** As {@link FieldSection#FieldSection}. */
    public Fields(byte[] octets, int count) {
        super(octets, count);
    }
}
