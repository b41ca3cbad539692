package ringfort.sys;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Any thread may call a method with this mark, although its type is marked {@link OnWorker}. So the method must not
 * touch state that only the worker may touch.
 *
 * <p>On a parameter the mark says that the task given there runs on another thread than the worker. Such a task may
 * block, and must not touch state of the worker. The rules of {@code ringfort.rules} check both.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.PARAMETER})
public @interface OffWorker {}
