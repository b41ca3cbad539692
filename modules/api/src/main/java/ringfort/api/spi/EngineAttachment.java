package ringfort.api.spi;

import org.jspecify.annotations.Nullable;

/**
 * The one slot of header fields that belongs to the engine; reached through {@link ResponseAccess} only, so that fields
 * keep the face of an immutable value. For {@code ringfort.api} alone.
 */
public abstract class EngineAttachment {
    /** Written under a benign race; see {@link ResponseAccess#attach}. */
    @Nullable Object attached;

    /** For the fields of a {@link ringfort.api.Response}. */
    protected EngineAttachment() {}
}
