/** The Hunyuan family: Hunyuan-Large, Hunyuan-A13B and the dense models, old and new names. */
@NullMarked
package io.hunyuan4j.core.hunyuan;

import org.jspecify.annotations.NullMarked;
