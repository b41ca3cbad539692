package ringfort.api;

/**
 * How much of a form is accepted; what is above a limit is answered with 413 as soon as it shows, before it is held.
 * Immutable: methods that seem to change it return another. The limit of the route ({@link Route#maxBody}) holds as well.
 *
 * @param maxFields most fields or parts
 * @param maxNameBytes longest name, as sent
 * @param maxPartHeadBytes largest header section of one part of a {@code multipart/form-data}
 * @param maxFieldBytes largest value of a field or content of a part, as sent
 * @param maxBytes largest form in all
 */
public record FormLimits(int maxFields, int maxNameBytes, int maxPartHeadBytes, long maxFieldBytes, long maxBytes) {
    /** For forms that are held in memory: 1,000 fields, 1 MiB in all, names of 1 KiB, 4 KiB of header fields a part. */
    public static final FormLimits HELD = new FormLimits(1_000, 1 << 10, 4 << 10, 1 << 20, 1 << 20);

    /** For parts that are read as they arrive: as {@link #HELD}, but of any size the route accepts. */
    public static final FormLimits STREAMED = HELD.maxFieldBytes(Long.MAX_VALUE).maxBytes(Long.MAX_VALUE);

    public FormLimits {
        if (maxFields < 0 || maxNameBytes < 0 || maxPartHeadBytes < 0 || maxFieldBytes < 0 || maxBytes < 0) {
            throw new IllegalArgumentException("a limit of a form is negative; give 0 or more");
        }
    }

    /**
     * With another number of fields.
     *
     * @param fields most fields or parts
     * @return the limits
     */
    public FormLimits maxFields(int fields) {
        return new FormLimits(fields, maxNameBytes, maxPartHeadBytes, maxFieldBytes, maxBytes);
    }

    /**
     * With another length of names.
     *
     * @param bytes longest name, as sent
     * @return the limits
     */
    public FormLimits maxNameBytes(int bytes) {
        return new FormLimits(maxFields, bytes, maxPartHeadBytes, maxFieldBytes, maxBytes);
    }

    /**
     * With another size of the header sections of parts.
     *
     * @param bytes largest header section of one part
     * @return the limits
     */
    public FormLimits maxPartHeadBytes(int bytes) {
        return new FormLimits(maxFields, maxNameBytes, bytes, maxFieldBytes, maxBytes);
    }

    /**
     * With another size of fields.
     *
     * @param bytes largest value of a field or content of a part, as sent
     * @return the limits
     */
    public FormLimits maxFieldBytes(long bytes) {
        return new FormLimits(maxFields, maxNameBytes, maxPartHeadBytes, bytes, maxBytes);
    }

    /**
     * With another size in all.
     *
     * @param bytes largest form
     * @return the limits
     */
    public FormLimits maxBytes(long bytes) {
        return new FormLimits(maxFields, maxNameBytes, maxPartHeadBytes, maxFieldBytes, bytes);
    }
}
