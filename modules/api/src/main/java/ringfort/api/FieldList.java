package ringfort.api;

import java.util.Arrays;
import ringfort.api.spi.EngineAttachment;

/** Header fields in one array: name, value, name, value. Immutable; withers copy. */
final class FieldList extends EngineAttachment implements Headers {
    static final FieldList NONE = new FieldList(new String[0]);

    private final String[] fields;

    /** Takes the array over; the caller has validated it and forgets it. */
    FieldList(String[] fields) {
        this.fields = fields;
    }

    static FieldList copyOf(Headers headers) {
        if (headers instanceof FieldList list) {
            return list;
        }
        String[] fields = new String[2 * headers.size()];
        for (int i = 0; i < headers.size(); i++) {
            fields[2 * i] = headers.name(i);
            fields[2 * i + 1] = headers.value(i);
        }
        return new FieldList(fields);
    }

    @Override
    public int size() {
        return fields.length / 2;
    }

    @Override
    public String name(int index) {
        return fields[2 * index];
    }

    @Override
    public String value(int index) {
        return fields[2 * index + 1];
    }

    FieldList plus(String name, String value) {
        String[] longer = Arrays.copyOf(fields, fields.length + 2);
        longer[fields.length] = name;
        longer[fields.length + 1] = value;
        return new FieldList(longer);
    }

    /** Replaces every line of that name by one, in the place of the first. */
    FieldList with(String name, String value) {
        if (!contains(name)) {
            return plus(name, value);
        }
        String[] replaced = new String[fields.length];
        int used = 0;
        boolean written = false;
        for (int i = 0; i < fields.length; i += 2) {
            boolean same = fields[i].equalsIgnoreCase(name);
            if (!same || !written) {
                replaced[used++] = same ? name : fields[i];
                replaced[used++] = same ? value : fields[i + 1];
                written |= same;
            }
        }
        return new FieldList(Arrays.copyOf(replaced, used));
    }

    FieldList without(String name) {
        if (!contains(name)) {
            return this;
        }
        String[] kept = new String[fields.length];
        int used = 0;
        for (int i = 0; i < fields.length; i += 2) {
            if (!fields[i].equalsIgnoreCase(name)) {
                kept[used++] = fields[i];
                kept[used++] = fields[i + 1];
            }
        }
        return new FieldList(Arrays.copyOf(kept, used));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }
}
