/**
 * The same operations with SIMD, bit for bit equal to {@code scalar}. The only package that uses
 * {@code jdk.incubator.vector}; loaded once per vector width, so that the width is a constant to
 * the compiler (see {@link io.hunyuan4j.kernels.vector.Lanes}).
 */
@NullMarked
package io.hunyuan4j.kernels.vector;

import org.jspecify.annotations.NullMarked;
