/**
 * Scripts of operations, and who can run them.
 *
 * <pre>
 *   seed ──▶ ScriptGenerator ──▶ OperationScript     one operation a line: "write /a 1000 5000 3"
 *                                     │
 *                    ┌────────────────┼─────────────────┐
 *               ScriptModel      ImageTarget       KernelTarget
 *             maps of bytes      this engine      a mounted loop device
 *                    └──────▶  Outcome of each, Listing at the end  ◀──────┘
 * </pre>
 *
 * The model is as dumb as it can be: whole arrays, one state for each block. Where it and the
 * kernel differ, the model is wrong; where it and the engine differ, the engine is. A script that
 * shows a difference is made smaller by {@link OperationScript#minimised} and can be kept as text.
 */
@NullMarked
package org.ext4map.testkit.script;

import org.jspecify.annotations.NullMarked;
