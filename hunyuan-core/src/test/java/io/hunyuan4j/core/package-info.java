/** Tests on tiny models with random weights. */
@NullMarked
package io.hunyuan4j.core;

import org.jspecify.annotations.NullMarked;
