/**
 * The engine's arithmetic vocabulary ({@link io.hunyuan4j.kernels.Kernels}), the memory it works on
 * and the threads it runs on. Every implementation gives the same bits; {@code docs/numerics.md}
 * says why.
 */
@NullMarked
package io.hunyuan4j.kernels;

import org.jspecify.annotations.NullMarked;
