/** The mark: a paw of four toes. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="#b45309"><ellipse cx="7" cy="14" rx="3" ry="4" transform="rotate(-24 7 14)"/><ellipse cx="13" cy="8.5" rx="3" ry="4.3" transform="rotate(-8 13 8.5)"/><ellipse cx="20" cy="8.5" rx="3" ry="4.3" transform="rotate(8 20 8.5)"/><ellipse cx="26" cy="14" rx="3" ry="4" transform="rotate(24 26 14)"/><path d="M16.5 14.5c4.5 0 8.5 4.5 8.5 8.5 0 3-2.2 4-4.3 4-1.7 0-2.7-.8-4.2-.8s-2.5.8-4.2.8C10.2 27 8 26 8 23c0-4 4-8.5 8.5-8.5z"/></g></svg>
`;
