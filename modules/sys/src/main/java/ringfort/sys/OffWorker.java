package ringfort.sys;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Any thread may call this, although its type is marked {@link OnWorker}; so it must not touch what is the worker's.
 *
 * <p>On a parameter it says that the task given there runs on some other thread: it may block, and must not touch what
 * is the worker's. The rules of {@code ringfort.rules} see to both.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.PARAMETER})
public @interface OffWorker {}
