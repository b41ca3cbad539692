package ringfort.h1;

/** The value of a Date field. */
public final class DateHeader {
    public byte[] value(long epochSecond) {
        throw new UnsupportedOperationException();
    }
}
