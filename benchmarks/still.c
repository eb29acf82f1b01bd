/* The smallest program there is, to launch: no libc, whose start alone takes longer than a launch.
 * It ends at once, with the code that its one argument begins with, as a letter: `still A` with 1.
 */
#if defined __x86_64__
__asm__(".globl _start\n_start: mov 16(%rsp), %rdi\n movzbl (%rdi), %edi\n and $31, %edi\n mov "
        "$231, %eax\n syscall\n");
#elif defined __aarch64__
__asm__(".globl _start\n_start: ldr x0, [sp, 16]\n ldrb w0, [x0]\n and w0, w0, 31\n mov x8, 94\n "
        "svc 0\n");
#else
int
main(int argc, char **argv)
{
    return argc > 1 ? argv[1][0] & 31 : 0;
}
#endif
