/**
 * Text generation from a checkpoint folder: {@link io.hunyuan4j.engine.Engine} is where to begin.
 */
@NullMarked
package io.hunyuan4j.engine;

import org.jspecify.annotations.NullMarked;
